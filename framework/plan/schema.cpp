#include "plan/schema.h"

#include <memory>

#include "pipeline/declaration.h"

namespace pipeline::plan {
namespace {

Value::Map port_entry(const Port& port) {
  return {{"name", port.info().name},
          {"help", port.info().help},
          {"expects", port.expectation()},
          {"optional", port.info().optional}};
}

std::string definition(const std::string& kind, const std::string& id) { return kind + ":" + id; }
Value reference(const std::string& name) { return Value::Map{{"$ref", "#/$defs/" + name}}; }

// {"component": kind} stands for "any component of the kind" in a parameter's schema.
Value with_references(const Value& schema) {
  if (schema.is_list()) {
    Value::List list;
    for (const Value& item : schema.as_list()) list.push_back(with_references(item));
    return list;
  }
  if (!schema.is_map()) return schema;
  Value::Map map;
  for (const auto& [key, value] : schema.as_map()) {
    if (key == "component" && value.is_string()) map["$ref"] = "#/$defs/" + value.as_string();
    else map[key] = with_references(value);
  }
  return map;
}

// Any value may be a `${var}` instead, whose type shows only when the file is resolved.
Value or_variable(Value schema) {
  return Value::Map{{"anyOf", Value::List{std::move(schema),
                                          Value::Map{{"type", "string"}, {"pattern", "\\$\\{"}}}}};
}

Value params_schema(const Declaration& declaration) {
  Value::Map properties;
  Value::List required;
  for (const auto& param : declaration.params()) {
    properties[param->info().name] = or_variable(with_references(param->schema()));
    if (param->info().required) required.push_back(param->info().name);
  }
  Value::Map schema = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(properties)}};
  if (!required.empty()) schema["required"] = std::move(required);
  return schema;
}

/// `name`, or `{name: {parameters}}`, of any component of the kind.
Value kind_schema(const std::string& kind, const std::vector<std::string>& ids) {
  Value::Map properties;
  for (const std::string& id : ids) properties[id] = reference(definition(kind, id));
  return Value::Map{{"anyOf", Value::List{Value::Map{{"enum", Value::List(ids.begin(), ids.end())}},
                                          Value::Map{{"type", "object"},
                                                     {"additionalProperties", false},
                                                     {"minProperties", 1},
                                                     {"maxProperties", 1},
                                                     {"properties", std::move(properties)}}}}};
}

Value stage_schema(const std::string& id, const Declaration& declaration) {
  Value::Map inputs;
  Value::List needed;
  for (const InputPort* input : declaration.inputs()) {
    inputs[input->info().name] =
        Value::Map{{"type", "string"}, {"description", input->info().help}};
    if (!input->info().optional) needed.push_back(input->info().name);
  }
  Value::Map in = {
      {"type", "object"}, {"additionalProperties", false}, {"properties", std::move(inputs)}};
  Value::List required = {"use"};
  if (!needed.empty()) in["required"] = needed, required.push_back("in");
  return Value::Map{
      {"type", "object"},
      {"description", declaration.summary()},
      {"additionalProperties", false},
      {"required", std::move(required)},
      {"properties", Value::Map{{"use", Value::Map{{"const", id}}},
                                {"in", std::move(in)},
                                {"with", params_schema(declaration)},
                                {"foreach", Value::Map{{"type", "object"}}},
                                {"threads", Value::Map{{"type", "integer"}, {"minimum", 0}}}}}};
}

/// A component with what it declares, or what went wrong in its own code: that may not keep the
/// others from being described.
struct Declared {
  std::unique_ptr<Component> component;
  Declaration declaration;
  std::string problem;
};

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

}  // namespace

Value describe(Registry& registry, const std::string& kind, const std::string& id) {
  const auto [component, declaration, problem] = declared(registry, kind, id);
  if (!problem.empty())
    return Value::Map{{"kind", kind},
                      {"id", id},
                      {"plugin", registry.provider(kind, id)->name},
                      {"summary", declaration.summary()},
                      {"problem", problem},
                      {"params", Value::List()},
                      {"inputs", Value::List()},
                      {"outputs", Value::List()}};
  const Value defaults = parameters_of(*component);
  Value::List params, inputs, outputs;
  for (const auto& param : declaration.params()) {
    Value::Map entry = {{"name", param->info().name},
                        {"help", param->info().help},
                        {"unit", param->info().unit},
                        {"required", param->info().required},
                        {"schema", param->schema()}};
    if (!param->info().required) entry["default"] = defaults.at(param->info().name);
    params.push_back(std::move(entry));
  }
  for (const InputPort* port : declaration.inputs()) inputs.push_back(port_entry(*port));
  for (const OutputPort* port : declaration.outputs()) outputs.push_back(port_entry(*port));
  return Value::Map{{"kind", kind},
                    {"id", id},
                    {"plugin", registry.provider(kind, id)->name},
                    {"summary", declaration.summary()},
                    {"params", std::move(params)},
                    {"inputs", std::move(inputs)},
                    {"outputs", std::move(outputs)}};
}

Value file_schema(Registry& registry) {
  Value::Map definitions;
  Value::List stages;
  for (const std::string& kind : registry.kinds()) {
    const auto ids = registry.ids(kind);
    for (const std::string& id : ids) {
      const auto [component, declaration, problem] = declared(registry, kind, id);
      const std::string name = definition(kind, id);
      if (kind == Stage::kKind) {
        definitions[name] = stage_schema(id, declaration);
        stages.push_back(reference(name));
      } else {
        definitions[name] = Value::Map{
            {"description", declaration.summary()},
            {"anyOf", Value::List{params_schema(declaration), Value::Map{{"type", "null"}}}}};
      }
    }
    if (kind != Stage::kKind) definitions[kind] = kind_schema(kind, ids);
  }
  const Value text = Value::Map{{"type", "string"}};
  return Value::Map{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "pipeline file"},
      {"type", "object"},
      {"additionalProperties", false},
      {"properties",
       Value::Map{
           {"description", text},
           {"include", Value::Map{{"anyOf", Value::List{text, Value::Map{{"type", "array"},
                                                                         {"items", text}}}}}},
           {"groups", Value::Map{{"type", "object"}, {"additionalProperties", text}}},
           {"vars", Value::Map{{"type", "object"}}},
           {"stages",
            Value::Map{{"type", "object"},
                       {"additionalProperties", Value::Map{{"anyOf", std::move(stages)}}}}}}},
      {"$defs", std::move(definitions)}};
}

}  // namespace pipeline::plan
