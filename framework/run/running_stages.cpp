#include "run/running_stages.h"

#include <cxxabi.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "pipeline/utf8.h"
#include "plan/foreign_code.h"
#include "run/captured_output.h"

namespace pipeline::run {
namespace {

struct Slot {
  std::atomic<bool> used{false};
  RunningName name{};
};
constinit std::array<Slot, kRunningSlots> slots{};  // zeros, which take no memory until used

struct Running {
  std::string stage;
  Context* context;
};
std::mutex mutex;  // of what follows, and of taking a slot
std::vector<const Running*> running;

template <std::size_t N>
void copy(const std::string& from, char (&to)[N]) {
  std::size_t length = std::min(from.size(), N - 1);
  while (length < from.size() && !begins_character(from[length])) --length;
  to[from.copy(to, length)] = '\0';
}

std::size_t running_stages() {
  const std::lock_guard guard(mutex);
  return running.size();
}

// Where all are taken, which no number of jobs reaches, the last is shared.
std::size_t take_slot(const std::string& stage, const std::string& component) {
  std::size_t i = 0;
  while (i + 1 < slots.size() && slots[i].used) ++i;
  copy(stage, slots[i].name.stage);
  copy(component, slots[i].name.component);
  slots[i].used = true;
  return i;
}

/// A stage among those that run.
class Registered {
 public:
  Registered(const std::string& stage, const std::string& component, Context& context)
      : running_{stage, &context} {
    CapturedOutput::take_printed(running_stages() == 0);  // what is not this stage's
    const std::lock_guard guard(mutex);
    slot_ = take_slot(stage, component);
    running.push_back(&running_);
  }
  ~Registered() {
    CapturedOutput::take_printed(running_stages() == 1);
    const std::lock_guard guard(mutex);
    slots[slot_].used = false;
    std::erase(running, &running_);
  }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;

 private:
  Running running_;
  std::size_t slot_;
};

// The mode of the files that a run makes is its user's, not that of a stage.
const mode_t umask_at_start = [] {
  const mode_t mask = umask(0);
  umask(mask);
  return mask;
}();

struct KeptUmask {
  ~KeptUmask() { umask(umask_at_start); }
};

struct KeptFiles {
  ~KeptFiles() { CapturedOutput::require_files(); }
};

}  // namespace

// pthread_exit() throws no object that the reference could be bound to, as a sanitizer notes.
[[gnu::no_sanitize("null")]] void run_watched(Stage& code, const std::string& stage,
                                              const std::string& component, Context& context) {
  const Registered registered(stage, component, context);
  const KeptUmask kept_umask;
  const plan::ForeignCode now(plan::ForeignCode::Doing::running, stage, component);
  const KeptFiles kept_files;
  try {
    code.run(context);
  } catch (const abi::__forced_unwind&) {  // which must not be caught for good
    context.log("it ends its thread by pthread_exit(); a stage ends by returning or throwing");
    std::abort();
  }
}

const RunningName* running_in(std::size_t slot) {
  return slots[slot].used ? &slots[slot].name : nullptr;
}

void log_of_running(const std::string& line, Observer& observer) {
  const std::lock_guard guard(mutex);
  if (running.size() == 1) return running[0]->context->log(line);
  std::vector<std::string> stages;
  for (const Running* stage : running) stages.push_back(stage->stage);
  observer.printed(stages, line);
}

}  // namespace pipeline::run
