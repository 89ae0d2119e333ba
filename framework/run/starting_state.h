#pragma once
#include <functional>
#include <optional>
#include <string>

#include "cache/store.h"
#include "plan/extension.h"

namespace pipeline::run {

/// What an attempt goes on from.
struct StartingState {
  std::optional<Artifact> state;  ///< none: it starts from the beginning
  std::optional<plan::Extension>
      extends;  ///< whose end the state is, if it is not the action's own
};

/// The action's own checkpoint, or what it ended in if its result was lost since, or the end state
/// of the longest shorter result. `log` is told of each that is damaged or missing, and what is
/// done instead.
StartingState starting_state(const cache::Digest& key, const std::optional<cache::Extendable>& of,
                             const cache::Store& store,
                             const std::function<void(const std::string&)>& log);

}  // namespace pipeline::run
