#include "layer_entry.h"

namespace pipeline {
namespace {

void assign_names(std::vector<std::string>& names, const Value& value, const Assign& at) {
  if (value.is_string()) names = {value.as_string()};
  else ParamType<std::vector<std::string>>::assign(names, value, at);
}

}  // namespace

Value ParamType<models::LayerEntry>::schema() {
  const Value name = Value::Map{{"type", "string"}};
  const Value names = Value::Map{{"type", "array"}, {"items", name}, {"minItems", 1}};
  const Value properties = Value::Map{
      {"name", name}, {"shared", name}, {"from", Value::Map{{"anyOf", Value::List{name, names}}}}};
  return Value::Map{{"anyOf", Value::List{Value::Map{{"component", nn::Layer::kKind}},
                                          Value::Map{{"type", "object"},
                                                     {"minProperties", 2},
                                                     {"maxProperties", 3},
                                                     {"properties", properties}}}}};
}

void ParamType<models::LayerEntry>::assign(models::LayerEntry& member, const Value& value,
                                           const Assign& at) {
  member = {};
  if (!value.is_map())
    return ParamType<std::unique_ptr<nn::Layer>>::assign(member.layer, value, at);
  Value::Map layer = value.as_map();
  const auto taken = [&](const char* key) {
    const auto found = layer.find(key);
    if (found == layer.end()) return Value();
    const Value taken = found->second;
    layer.erase(found);
    return taken;
  };
  const Value name = taken("name"), from = taken("from"), shared = taken("shared");
  if (!name.is_null()) ParamType<std::string>::assign(member.name, name, at.inside("name"));
  if (!from.is_null()) assign_names(member.from, from, at.inside("from"));
  if (shared.is_null())
    return ParamType<std::unique_ptr<nn::Layer>>::assign(member.layer, Value(layer), at);
  ParamType<std::string>::assign(member.shared, shared, at.inside("shared"));
  if (!layer.empty())
    at.inside(layer.begin()->first)
        .error(
            "stands beside 'shared', which names a layer that is there already; leave one of "
            "them away",
            true);
}

Value ParamType<models::LayerEntry>::value(const models::LayerEntry& member,
                                           const PathRendering& paths) {
  Value::Map map;
  if (member.layer)
    map = ParamType<std::unique_ptr<nn::Layer>>::value(member.layer, paths).as_map();
  else map["shared"] = member.shared;
  if (!member.name.empty()) map["name"] = member.name;
  if (!member.from.empty())
    map["from"] = ParamType<std::vector<std::string>>::value(member.from, paths);
  return map;
}

}  // namespace pipeline
