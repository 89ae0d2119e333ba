#include "run/cancellation.h"

#include <signal.h>
#include <unistd.h>

namespace pipeline::run {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};
std::atomic<Cancellation*> current{nullptr};
struct sigaction previous[2];

void on_signal(int) {
  Cancellation* cancellation = current.load();
  if (!cancellation || cancellation->requested()) _exit(130);
  cancellation->request();
}

}  // namespace

InterruptHandler::InterruptHandler(Cancellation& cancellation) {
  current = &cancellation;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (int i = 0; i < 2; ++i) sigaction(kSignals[i], &action, &previous[i]);
}

InterruptHandler::~InterruptHandler() {
  for (int i = 0; i < 2; ++i) sigaction(kSignals[i], &previous[i], nullptr);
  current = nullptr;
}

}  // namespace pipeline::run
