#include <algorithm>

#include "config/config.h"
#include "plan/declared.h"
#include "plan/schema.h"

// A file may lie over others (groups, includes) or under them, so nothing that a stage needs has to
// stand in this file: `use`, `in` and required parameters are asked for by check() alone. What is
// there is held against the component where the file says which one it is.

namespace pipeline::plan {
namespace {

// The forms of config: names, and what stands for a var. `$${` is no var, but the text `${`.
const std::string kName = "^[A-Za-z0-9_-]+$";
const std::string kVarName = "^[A-Za-z_][A-Za-z0-9_-]*$";
const std::string kVar = R"(^\$\{[A-Za-z_][A-Za-z0-9_-]*\}$)";
const std::string kVarInside = R"((^|[^$])\$\{[A-Za-z_][A-Za-z0-9_-]*\})";
const std::string kLabel = "^[A-Za-z0-9_.+-]+$";
const std::string kReference = R"(^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)?$|@)";
const std::string kSeveral = R"(@\*|=\*)";

using Kinds = std::vector<std::string>;

std::string definition(const std::string& kind, const std::string& id) { return kind + ":" + id; }
Value reference(const std::string& name) { return Value::Map{{"$ref", "#/$defs/" + name}}; }
Value text(const std::string& pattern) {
  return Value::Map{{"type", "string"}, {"pattern", pattern}};
}
Value any_of(Value::List schemas) { return Value::Map{{"anyOf", std::move(schemas)}}; }

bool names(const Value& type, std::string_view name) {
  if (!type.is_list()) return type == Value(name);
  const auto& list = type.as_list();
  return std::find(list.begin(), list.end(), Value(name)) != list.end();
}

// Components are named by texts.
bool takes_text(const Value& schema) {
  if (!schema.is_map()) return true;
  if (schema.has("anyOf")) {
    const auto& either = schema.at("anyOf").as_list();
    return std::any_of(either.begin(), either.end(), takes_text);
  }
  if (schema.has("enum")) {
    const auto& values = schema.at("enum").as_list();
    return std::any_of(values.begin(), values.end(), [](const Value& v) { return v.is_string(); });
  }
  return !schema.has("type") || names(schema.at("type"), "string");
}

Value or_var(Value schema) {
  Value var = text(takes_text(schema) ? kVarInside : kVar);
  return any_of({std::move(schema), std::move(var)});
}

Value with_vars(const Value& schema, const Kinds& kinds);

// The parts of a parameter's schema: {"component": kind} stands for a component, and any part of a
// value may be a var, whose type shows only when the file is resolved.
Value with_vars_inside(const Value& schema, const Kinds& kinds) {
  if (!schema.is_map()) return schema;
  Value::Map map;
  for (const auto& [key, value] : schema.as_map()) {
    if (key == "component") {
      if (std::find(kinds.begin(), kinds.end(), value.as_string()) != kinds.end())
        map["$ref"] = "#/$defs/" + value.as_string();
    } else if (key == "anyOf") {
      Value::List either;
      for (const Value& one : value.as_list()) either.push_back(with_vars_inside(one, kinds));
      map[key] = std::move(either);
    } else if (key == "properties") {
      Value::Map properties;
      for (const auto& [name, property] : value.as_map())
        properties[name] = with_vars(property, kinds);
      map[key] = std::move(properties);
    } else if (key == "items" || key == "additionalProperties") {
      map[key] = value.is_map() ? with_vars(value, kinds) : value;
    } else {
      map[key] = value;
    }
  }
  return map;
}

Value with_vars(const Value& schema, const Kinds& kinds) {
  return or_var(with_vars_inside(schema, kinds));
}

/// A map of the component's parameters, nothing, or a var that holds the map.
Value::Map params_schema(const Declaration& declaration, const Kinds& kinds) {
  Value::Map properties;
  for (const auto& param : declaration.params())
    properties[param->info().name] = with_vars(param->schema(), kinds);
  return {{"type", Value::List{"object", "null", "string"}},
          {"pattern", kVar},
          {"additionalProperties", false},
          {"properties", std::move(properties)}};
}

/// Of a component that is a parameter. Such a value is written in one file, as a whole.
Value component_schema(const Declared& declared, const Kinds& kinds) {
  const Declaration& declaration = declared.declaration;
  Value::Map schema = {{"description", declaration.summary()}};
  if (!declared.problem.empty()) return schema;
  schema.merge(params_schema(declaration, kinds));
  Value::List required;
  for (const auto& param : declaration.params())
    if (param->info().required) required.push_back(param->info().name);
  if (required.empty()) return schema;
  schema["required"] = std::move(required);
  schema["type"] = Value::List{"object", "string"};
  return schema;
}

/// `name`, where the component needs no parameter, or `{name: {parameters}}`.
Value kind_schema(const std::string& kind, const std::vector<std::string>& ids,
                  const Value::Map& definitions) {
  Value::Map properties;
  Value::List alone;
  for (const std::string& id : ids) {
    properties[id] = reference(definition(kind, id));
    if (!definitions.at(definition(kind, id)).has("required")) alone.push_back(id);
  }
  return any_of(
      {Value::Map{{"enum", std::move(alone)}}, Value::Map{{"type", "object"},
                                                          {"additionalProperties", false},
                                                          {"minProperties", 1},
                                                          {"maxProperties", 1},
                                                          {"properties", std::move(properties)}}});
}

/// What an input reads: a text, or a list of texts where it takes one; a var may hold either.
Value input_schema(const InputPort& input) {
  if (!input.takes_list())
    return Value::Map{{"description", input.info().help},
                      {"type", Value::List{"string", "null"}},
                      {"not", Value::Map{{"type", "string"}, {"pattern", kSeveral}}}};
  Value::Map schema{{"description", input.info().help},
                    {"type", Value::List{"array", "string", "null"}},
                    {"minItems", 1}};
  if (!input.info().or_one) schema["pattern"] = kSeveral + "|" + kVarInside;
  return schema;
}

/// What a stage of this component may have in `in` and `with`.
Value stage_schema(const Declared& declared, const Kinds& kinds) {
  const Declaration& declaration = declared.declaration;
  Value::Map schema = {{"description", declaration.summary()}};
  if (!declared.problem.empty()) return schema;
  Value::Map inputs;
  for (const InputPort* input : declaration.inputs())
    inputs[input->info().name] = input_schema(*input);
  schema["properties"] =
      Value::Map{{"in", Value::Map{{"additionalProperties", !declaration.further_inputs().empty()},
                                   {"properties", std::move(inputs)}}},
                 {"with", params_schema(declaration, kinds)}};
  return schema;
}

Value foreach_schema() {
  const Value label = Value::Map{{"type", Value::List{"string", "number", "boolean", "null"}},
                                 {"pattern", kLabel + "|" + kVarInside}};
  const Value values = Value::Map{{"type", Value::List{"array", "object", "string"}},
                                  {"pattern", kVar},
                                  {"items", label},
                                  {"minItems", 1},
                                  {"propertyNames", Value::Map{{"pattern", kLabel}}},
                                  {"minProperties", 1}};
  return Value::Map{{"type", Value::List{"object", "string"}},
                    {"pattern", kVar},
                    {"propertyNames", Value::Map{{"pattern", kVarName}}},
                    {"minProperties", 1},
                    {"additionalProperties", values}};
}

/// Any stage; null takes out that of another file.
Value any_stage_schema(const std::vector<std::string>& ids) {
  Value::List by_component;
  for (const std::string& id : ids)
    by_component.push_back(Value::Map{
        {"if", Value::Map{{"required", Value::List{"use"}},
                          {"properties", Value::Map{{"use", Value::Map{{"const", id}}}}}}},
        {"then", reference(definition(Stage::kKind, id))}});
  Value::Map schema = {
      {"type", Value::List{"object", "null"}},
      {"additionalProperties", false},
      {"properties",
       Value::Map{{"use", or_var(Value::Map{{"enum", Value::List(ids.begin(), ids.end())}})},
                  {"in", Value::Map{{"type", Value::List{"object", "null"}},
                                    {"additionalProperties",
                                     Value::Map{{"type", Value::List{"string", "array", "null"}},
                                                {"pattern", kReference + "|" + kVarInside},
                                                {"items", text(kReference + "|" + kVarInside)}}}}},
                  {"with", Value::Map{{"type", Value::List{"object", "null", "string"}},
                                      {"pattern", kVar}}},
                  {"foreach", foreach_schema()},
                  {"threads", Value::Map{{"type", Value::List{"integer", "string"}},
                                         {"pattern", kVar},
                                         {"minimum", 0},
                                         {"maximum", config::kMostThreads}}}}}};
  if (!by_component.empty()) schema["allOf"] = std::move(by_component);
  return schema;
}

Value named(const std::string& name_pattern, Value::Map schema = {}) {
  schema["type"] = Value::List{"object", "null"};
  schema["propertyNames"] = Value::Map{{"pattern", name_pattern}};
  return schema;
}

}  // namespace

Value file_schema(Registry& registry) {
  Value::Map definitions;
  const Kinds kinds = registry.kinds();
  for (const std::string& kind : kinds) {
    const auto ids = registry.ids(kind);
    for (const std::string& id : ids) {
      const Declared component = declared(registry, kind, id);
      definitions[definition(kind, id)] = kind == Stage::kKind ? stage_schema(component, kinds)
                                                               : component_schema(component, kinds);
    }
    if (kind != Stage::kKind) definitions[kind] = kind_schema(kind, ids, definitions);
  }
  definitions[Stage::kKind] = any_stage_schema(registry.ids(Stage::kKind));
  const Value file = Value::Map{{"type", "string"}, {"minLength", 1}};
  return Value::Map{
      {"$schema", "https://json-schema.org/draft/2020-12/schema"},
      {"title", "pipeline file"},
      {"type", "object"},
      {"additionalProperties", false},
      {"properties",
       Value::Map{{"description", Value::Map{{"type", "string"}}},
                  {"include", Value::Map{{"type", Value::List{"string", "array", "null"}},
                                         {"minLength", 1},
                                         {"items", file}}},
                  {"groups", named(kName, {{"additionalProperties", text(kName)}})},
                  {"vars", named(kVarName)},
                  {"stages", named(kName, {{"additionalProperties", reference(Stage::kKind)}})}}},
      {"$defs", std::move(definitions)}};
}

}  // namespace pipeline::plan
