#pragma once
#include <string>
#include <vector>

#include "cache/store.h"
#include "plan/checked_pipeline.h"

// Programs that stages start while they compute, as they have declared them.

namespace pipeline::plan {

/// A line for each that PATH does not have: "gnuplot, which draws the figures, was not found in
/// PATH
/// (/usr/bin); install it: apt-get install gnuplot-nox".
std::vector<std::string> missing_programs(const CheckedStage& stage);

/// For before a run. config::Errors, one a stage, where a program is missing that a stage needs
/// which has to be computed, or may have to be since its key is not known yet. Where all are there
/// the cache is not looked at.
void require_programs(const CheckedPipeline& pipeline, cache::Store& store);

}  // namespace pipeline::plan
