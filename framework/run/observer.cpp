#include "run/observer.h"

#include <algorithm>

namespace pipeline::run {

std::string_view name(State state) {
  switch (state) {
    case State::ran: return "ran";
    case State::cached: return "cached";
    case State::failed: return "failed";
    case State::interrupted: return "interrupted";
    default: return "skipped";
  }
}

int RunResult::count(State state) const {
  return int(std::count_if(stages.begin(), stages.end(),
                           [&](const StageResult& stage) { return stage.state == state; }));
}

bool RunResult::ok() const {
  return problems.empty() && count(State::ran) + count(State::cached) == int(stages.size());
}

}  // namespace pipeline::run
