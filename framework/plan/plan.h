#pragma once
#include <optional>
#include <string>
#include <vector>

#include "cache/store.h"
#include "plan/checked_pipeline.h"
#include "plan/extension.h"

namespace pipeline::plan {

enum class Decision {
  cached,   ///< the result is in the cache
  run,      ///< the key is known and the result is not there
  unknown,  ///< depends on what a stage above gives that has to run first
};
std::string_view name(Decision decision);

/// What a run would do with one stage, and why.
struct StagePlan {
  Decision decision = Decision::unknown;
  cache::Digest key;                    ///< "" if unknown
  Value parts;                          ///< what the key is made of; null unless it is to run
  std::optional<cache::Record> record;  ///< if cached; without its parts
  /// What is wrong with what is stored under the key, or is why it cannot be read; "" if nothing.
  std::string damage;
  std::vector<std::string> reasons;    ///< why it is not cached
  std::vector<std::string> missing;    ///< unless cached: the programs that it lacks, a line each
  std::optional<double> last_seconds;  ///< what its last run took
  std::optional<Extension> extends;    ///< what it would go on from, if it is to run
};

/// One StagePlan a stage of the pipeline, in its order. Reads records alone: no artifact is loaded.
/// What of the cache cannot be read is a reason to run, and none to fail.
/// A stage whose file is gone although its record is there counts as cached unless something that
/// has to run, or nothing at all, stands below it.
std::vector<StagePlan> make_plan(const CheckedPipeline& pipeline, cache::Store& store);

}  // namespace pipeline::plan
