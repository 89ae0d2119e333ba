#pragma once
#include "pipeline/value.h"
#include "plan/registry.h"

namespace pipeline::plan {

/// A component's declaration as data: kind, id, plugin, summary, params (name, help, unit,
/// required, default, schema) and, of a stage, inputs and outputs (name, help, expects, optional).
Value describe(Registry& registry, const std::string& kind, const std::string& id);

/// A JSON Schema (2020-12) of pipeline files with every component that is loaded.
Value file_schema(Registry& registry);

}  // namespace pipeline::plan
