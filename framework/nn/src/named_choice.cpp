#include "named_choice.h"

#include <algorithm>
#include <cmath>

#include "pipeline/error.h"

namespace pipeline::nn {
namespace {

std::vector<std::string> names_of(const auto& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

const auto* find(const auto& items, std::string_view name) {
  const auto at =
      std::find_if(items.begin(), items.end(), [&](const auto& item) { return item.name == name; });
  return at == items.end() ? nullptr : &*at;
}

void assign_number(const NamedChoice::Parameter& parameter, double& member, const Value& value,
                   const Assign& at) {
  if (!value.is_number() || !std::isfinite(value.as_real()) || std::abs(value.as_real()) > 3e38)
    return at.mismatch("a number", value);
  if (value.as_real() < parameter.least)
    return at.error(at.subject() + " must be at least " + Value(parameter.least).to_json() +
                    ", got " + value.to_json());
  member = value.as_real();
}

}  // namespace

Value schema_of(const std::vector<NamedChoice>& choices) {
  Value::List names, forms;
  for (const NamedChoice& choice : choices) names.push_back(choice.name);
  forms.push_back(Value::Map{{"enum", names}});
  for (const NamedChoice& choice : choices) {
    if (choice.parameters.empty()) continue;
    Value::Map parameters;
    for (const NamedChoice::Parameter& p : choice.parameters) {
      Value::Map number{{"type", "number"}, {"default", p.standard}};
      if (std::isfinite(p.least)) number["minimum"] = p.least;
      parameters[p.name] = number;
    }
    Value inner =
        Value::Map{{"type", "object"}, {"properties", parameters}, {"additionalProperties", false}};
    if (choice.parameters.size() == 1)
      inner = Value::Map{{"anyOf", Value::List{Value::Map{{"type", "number"}}, inner}}};
    forms.push_back(Value::Map{{"type", "object"},
                               {"properties", Value::Map{{choice.name, inner}}},
                               {"required", Value::List{choice.name}},
                               {"additionalProperties", false}});
  }
  return Value::Map{{"anyOf", forms}};
}

std::optional<Chosen> choose(const std::vector<NamedChoice>& choices, const std::string& what,
                             const Value& value, const Assign& at) {
  const bool map = value.is_map() && value.as_map().size() == 1;
  if (!value.is_string() && !map) {
    at.mismatch("the name of " + what + ", or {name: {parameters}}", value);
    return std::nullopt;
  }
  const std::string name = map ? value.as_map().begin()->first : value.as_string();
  const NamedChoice* choice = find(choices, name);
  if (!choice) {
    at.error(at.subject() + ": there is no " + what.substr(what.find(' ') + 1) + " '" + name + "'" +
             suggestion(name, names_of(choices)));
    return std::nullopt;
  }
  Chosen chosen{name, {}};
  for (const NamedChoice::Parameter& p : choice->parameters) chosen.values.push_back(p.standard);
  if (!map) return chosen;
  const Value& given = value.as_map().begin()->second;
  const Assign inside = at.inside(name);
  if (given.is_number() && choice->parameters.size() == 1) {
    assign_number(choice->parameters[0], chosen.values[0], given, inside);
    return chosen;
  }
  if (given.is_null()) return chosen;
  if (!given.is_map()) {
    inside.mismatch("a map of parameters", given);
    return std::nullopt;
  }
  for (const auto& [key, number] : given.as_map()) {
    const NamedChoice::Parameter* p = find(choice->parameters, key);
    if (!p)
      inside.inside(key).error("'" + name + "' has no parameter '" + key + "'" +
                                   suggestion(key, names_of(choice->parameters)),
                               true);
    else
      assign_number(*p, chosen.values[std::size_t(p - choice->parameters.data())], number,
                    inside.inside(key));
  }
  return chosen;
}

Value value_of(const std::vector<NamedChoice>& choices, const Chosen& chosen) {
  const NamedChoice* choice = find(choices, chosen.name);
  Value::Map parameters;
  for (std::size_t i = 0; choice && i < chosen.values.size(); ++i)
    if (chosen.values[i] != choice->parameters[i].standard)
      parameters[choice->parameters[i].name] = chosen.values[i];
  if (parameters.empty()) return chosen.name;
  return Value::Map{{chosen.name, parameters}};
}

}  // namespace pipeline::nn
