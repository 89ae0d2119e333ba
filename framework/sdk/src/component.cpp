#include "pipeline/component.h"

#include <fmt/format.h>

#include "pipeline/declaration.h"

namespace pipeline {
namespace {

// Parameters that code gives, not a user: all that is wrong becomes one Error.
[[noreturn]] void throw_issues(std::string_view id, const std::vector<Issue>& issues) {
  std::string text;
  for (const Issue& issue : issues) text += (text.empty() ? "" : "; ") + issue.message;
  throw Error(fmt::format("{}: {}", id, text));
}

Assign without_position(ComponentFactory& factory, std::vector<Issue>& issues) {
  return Assign(
      factory, [](const auto&) { return std::filesystem::current_path(); }, issues);
}

}  // namespace

std::unique_ptr<Component> ComponentFactory::make(std::string_view kind, std::string_view id) {
  std::unique_ptr<Component> component = make_unset(kind, id);
  finished(*component);
  return component;
}

std::unique_ptr<Component> ComponentFactory::make_unset(std::string_view kind,
                                                        std::string_view id) {
  std::unique_ptr<Component> component = create(kind, id);
  if (!component)
    throw Error(fmt::format("there is no {} '{}'{}", kind, id, suggestion(id, ids(kind))));
  component->id_ = id;
  return component;
}

std::unique_ptr<Component> ComponentFactory::make(std::string_view kind, std::string_view id,
                                                  const Value& params) {
  std::unique_ptr<Component> component = make_unset(kind, id);
  std::vector<Issue> issues;
  assign_parameters(*component, params, without_position(*this, issues));
  if (!issues.empty()) throw_issues(id, issues);
  finished(*component);
  return component;
}

std::unique_ptr<Component> ComponentFactory::make_from(std::string_view kind,
                                                       const Value& description) {
  std::vector<Issue> issues;
  auto component = assign_component(kind, description, without_position(*this, issues));
  if (!issues.empty()) throw_issues(kind, issues);
  return component;
}

Value parameters_of(Component& component) { return parameters_of(component, path_name); }

Value description_of(Component& component) {
  return Value::Map{{component.id(), parameters_of(component)}};
}

}  // namespace pipeline
