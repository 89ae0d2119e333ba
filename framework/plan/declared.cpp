#include "plan/declared.h"

namespace pipeline::plan {

Declared declared(Registry& registry, const std::string& kind, const std::string& id) {
  Declared made;
  try {
    made.component = static_cast<ComponentFactory&>(registry).make(kind, id);
    made.component->declare(made.declaration);
    return made;
  } catch (const std::exception& error) {
    made.problem = error.what();
  } catch (...) {
    made.problem = "it threw something that is no std::exception";
  }
  made.declaration = Declaration();
  made.declaration.summary("cannot be described: " + made.problem);
  return made;
}

}  // namespace pipeline::plan
