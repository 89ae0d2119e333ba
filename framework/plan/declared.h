#pragma once
#include <memory>
#include <string>

#include "pipeline/declaration.h"
#include "plan/registry.h"

namespace pipeline::plan {

/// A component with what it declares, or what went wrong in its own code: that may not keep the
/// others from being described.
struct Declared {
  std::unique_ptr<Component> component;
  Declaration declaration;
  std::string problem;
};

/// Makes the component and has it declare itself; what fails at that is in `problem`.
Declared declared(Registry& registry, const std::string& kind, const std::string& id);

}  // namespace pipeline::plan
