#include "plan/checked_stage.h"

#include <fmt/format.h>

namespace pipeline::plan {
namespace {

// While a parameter has not been set, a path that is made of it is relative; from here on it is an
// author's slip: whoever loads a plugin may be anywhere.
void require_absolute(const Dependencies& dependencies) {
  for (const auto& [what, files] : dependencies.files)
    for (const Dependencies::File& file : files)
      if (file.path.is_relative())
        throw Error(
            fmt::format("declares '{}' ({}), a relative path; give an absolute one, such as "
                        "one that is made of a parameter of type Path",
                        file.path.string(), what));
}

}  // namespace

std::unique_ptr<Stage> make_stage(const config::Stage& config, RecordingFactory& components,
                                  std::vector<Issue>& issues) {
  std::unique_ptr<Stage> stage(
      static_cast<Stage*>(components.make_unset(Stage::kKind, config.use).release()));
  assign_parameters(
      *stage, config.with.value(),
      Assign(
          components, [&](const auto& path) { return config.with.folder_at(path); }, issues));
  return stage;
}

void preflight(CheckedStage& stage) {
  stage.declaration.extendable();  // an Error where there are several
  stage.stage->preflight(*stage.components);
  for (OutputPort* output : stage.declaration.outputs()) output->promise();
  Declaration now;  // what it depends on may follow from what preflight found
  stage.stage->declare(now);
  Dependencies dependencies = stage.components->dependencies();
  dependencies.add(now.dependencies());
  require_absolute(dependencies);
  if (!stage.components->sealed()) stage.dependencies = std::move(dependencies);
  else if (!stage.dependencies.covers(dependencies))
    throw Error(
        "depends on a file or an environment variable that it did not depend on when its key was "
        "made; what a stage depends on may not follow from its inputs' sizes");
}

const config::Reference& reference_of(const CheckedStage& stage, const CheckedStage::Wire& wire) {
  return stage.config->inputs.at(wire.input).references.at(wire.item);
}

CheckedStage made_anew(const CheckedStage& stage) {
  CheckedStage made;
  made.config = stage.config;
  made.consumers = stage.consumers;
  made.components = stage.components->sealed_copy();
  made.dependencies = stage.dependencies;
  std::vector<Issue> issues;
  made.stage = make_stage(*made.config, *made.components, issues);
  if (!issues.empty()) throw Error(issues[0].message);
  made.stage->declare(made.declaration);
  for (const CheckedStage::Wire& wire : stage.inputs) {
    InputPort* port = port_of(made.declaration.inputs(), wire.input);
    if (!port)
      throw Error(
          fmt::format("declare() gave the input '{}' at first and then no more", wire.input));
    if (port->takes_list()) {
      const auto* first = static_cast<ListPort*>(port_of(stage.declaration.inputs(), wire.input));
      auto* list = static_cast<ListPort*>(port);
      port = first->is_alone() ? &list->add_alone() : &list->add_item(first->foreach (wire.item));
    }
    port->connect(wire.port->spec());
    made.inputs.push_back({port, wire.producer, wire.output, wire.input, wire.item});
  }
  preflight(made);
  return made;
}

}  // namespace pipeline::plan
