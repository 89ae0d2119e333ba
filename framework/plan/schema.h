#pragma once
#include "pipeline/value.h"
#include "plan/registry.h"

namespace pipeline::plan {

/// A component's declaration as data: kind, id, plugin, summary, params (name, help, unit,
/// required, default, schema) and, of a stage, inputs and outputs (name, help, expects, optional).
/// Where the component's own code fails, `problem` says so, and the lists are empty.
Value describe(Registry& registry, const std::string& kind, const std::string& id);

/// A JSON Schema (2020-12) of pipeline files with every component that is loaded; also of files
/// that are included or chosen by a group, and of those lying over them. So it asks for nothing
/// that another file could give: `use`, inputs, a stage's required parameters.
Value file_schema(Registry& registry);

}  // namespace pipeline::plan
