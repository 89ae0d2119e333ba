#pragma once
#include <string>
#include <vector>

#include "config/config.h"
#include "plan/checked_stage.h"
#include "plan/registry.h"

namespace pipeline::plan {

/// A pipeline that nothing is known to be wrong with.
struct CheckedPipeline {
  config::Pipeline config;
  std::vector<CheckedStage> stages;  ///< producers before their consumers
  /// Error, with the nearest name, if there is none.
  std::size_t index_of(const std::string& stage) const;
};

/// Looks up components, sets parameters, wires ports, finds cycles, and carries types and shapes
/// through the whole graph. Executes nothing. Throws config::Errors with everything that is wrong,
/// the pipeline's own problems among it.
CheckedPipeline check(config::Pipeline pipeline, Registry& registry);

}  // namespace pipeline::plan
