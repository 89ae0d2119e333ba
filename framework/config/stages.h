#pragma once
#include <vector>

#include "config/foreach.h"

namespace pipeline::config {

/// The pipeline's stages, with vars replaced, overrides put in and references resolved, in the
/// program's order.
std::vector<Stage> resolve_stages(Program& program, Scope& scope, Overrides& overrides,
                                  Problems& problems);

}  // namespace pipeline::config
