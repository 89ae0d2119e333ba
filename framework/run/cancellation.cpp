#include "run/cancellation.h"

#include <signal.h>
#include <unistd.h>

#include <iterator>

namespace pipeline::run {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM, SIGHUP};
std::atomic<Cancellation*> current{nullptr};
struct sigaction previous[std::size(kSignals)];

void on_signal(int signal) {
  Cancellation* cancellation = current.load();
  if (!cancellation || cancellation->requested()) _exit(128 + signal);
  cancellation->request(signal);
}

}  // namespace

InterruptHandler::InterruptHandler(Cancellation& cancellation) {
  current = &cancellation;
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  for (std::size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], nullptr, &previous[i]);
    if (previous[i].sa_handler != SIG_IGN) sigaction(kSignals[i], &action, nullptr);
  }
}

InterruptHandler::~InterruptHandler() {
  for (std::size_t i = 0; i < std::size(kSignals); ++i)
    sigaction(kSignals[i], &previous[i], nullptr);
  current = nullptr;
}

}  // namespace pipeline::run
