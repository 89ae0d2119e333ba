#pragma once
#include <optional>

#include "cache/store.h"
#include "plan/checked_pipeline.h"

namespace pipeline::plan {

/// What is recorded under the stage's key, without its parts. None, too, where the record lacks one
/// of the stage's outputs or has another type or shape for it: whatever wrote that, it was not this
/// stage; and for a stage that is never cached.
std::optional<cache::Record> stored_result(const CheckedStage& stage, const cache::Digest& key,
                                           const cache::Store& store);

}  // namespace pipeline::plan
