#include "output_entry.h"

#include <cmath>

namespace pipeline {

Value ParamType<models::OutputEntry>::schema() {
  const Value properties =
      Value::Map{{"layer", ParamType<std::string>::schema()},
                 {"loss", ParamType<std::unique_ptr<nn::Loss>>::schema()},
                 {"weight", Value::Map{{"type", "number"}, {"exclusiveMinimum", 0.0}}}};
  return Value::Map{{"type", "object"},
                    {"properties", properties},
                    {"required", Value::List{"layer", "loss"}},
                    {"additionalProperties", false}};
}

void ParamType<models::OutputEntry>::assign(models::OutputEntry& member, const Value& value,
                                            const Assign& at) {
  member = {};
  if (!value.is_map()) return at.mismatch("an output, {layer: …, loss: …, weight: …}", value);
  for (const auto& [key, entry] : value.as_map()) {
    const Assign inside = at.inside(key);
    if (key == "layer") {
      ParamType<std::string>::assign(member.layer, entry, inside);
    } else if (key == "loss") {
      ParamType<std::unique_ptr<nn::Loss>>::assign(member.loss, entry, inside);
    } else if (key == "weight") {
      ParamType<double>::assign(member.weight, entry, inside);
      if (!(member.weight > 0) || !std::isfinite(member.weight))
        inside.error(inside.subject() + " must be above 0 and finite");
    } else {
      inside.error("an output has no '" + key + "'; expected layer, loss or weight", true);
    }
  }
  for (const char* needed : {"layer", "loss"})
    if (!value.has(needed)) at.error("an output needs a '" + std::string(needed) + "'");
}

Value ParamType<models::OutputEntry>::value(const models::OutputEntry& member,
                                            const PathRendering& paths) {
  return Value::Map{{"layer", member.layer},
                    {"loss", ParamType<std::unique_ptr<nn::Loss>>::value(member.loss, paths)},
                    {"weight", member.weight}};
}

}  // namespace pipeline
