#pragma once
#include <optional>
#include <string>

#include "cache/store.h"
#include "plan/checked_stage.h"

// What comes of an extendable parameter (Param::extendable()).

namespace pipeline::plan {

/// The action's place in its family, by the parts of its key; none where its stage has no
/// extendable parameter, or is never cached.
std::optional<cache::Extendable> extendable_of(const CheckedStage& stage, const Value& parts);

/// A shorter result that an action goes on from.
struct Extension {
  std::string parameter;  ///< "epochs"
  std::int64_t value = 0;
  cache::Digest key;
};
/// "extends the result of epochs=50".
std::string text_of(const Extension& extension);
/// {parameter, value, key}
Value to_value(const Extension& extension);

/// What a run would go on from, as far as names tell: the longest shorter result whose end state is
/// there. None where the action has begun already, or had ended, and has a state of its own.
std::optional<Extension> extension_of(const cache::Extendable& of, const cache::Digest& key,
                                      const cache::Store& store);

}  // namespace pipeline::plan
