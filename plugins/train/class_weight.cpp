#include "class_weight.h"

#include <algorithm>

#include "pipeline/error.h"

using namespace pipeline;

std::vector<double> ClassWeight::of(const std::vector<std::int64_t>& classes) const {
  if (!balanced) return weights;
  std::vector<double> counts;
  for (std::int64_t found : classes) {
    if (found < 0) throw Error("a class label is " + std::to_string(found) + ", below 0");
    if (std::size_t(found) >= counts.size()) counts.resize(std::size_t(found) + 1);
    ++counts[std::size_t(found)];
  }
  std::vector<double> found;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 0)
      throw Error("class " + std::to_string(i) +
                  " has no row, so that its weight cannot be balanced; give 'class_weight' a list");
    found.push_back(double(classes.size()) / (double(counts.size()) * counts[i]));
  }
  return found;
}

namespace pipeline {

Value ParamType<ClassWeight>::schema() {
  return Value::Map{
      {"anyOf", Value::List{Value::Map{{"const", "balanced"}},
                            Value::Map{{"type", "array"},
                                       {"items", Value::Map{{"type", "number"}, {"minimum", 0}}}},
                            Value::Map{{"type", "null"}}}}};
}

void ParamType<ClassWeight>::assign(ClassWeight& member, const Value& value, const Assign& at) {
  member = {};
  if (value.is_null()) return;
  if (value.is_string() && value.as_string() == "balanced") {
    member.balanced = true;
    return;
  }
  if (!value.is_list()) return at.mismatch("'balanced' or a list of numbers, one a class", value);
  for (std::size_t i = 0; i < value.as_list().size(); ++i) {
    const Value& weight = value.as_list()[i];
    const Assign item = at.inside(std::to_string(i));
    if (!weight.is_number() || !(weight.as_real() >= 0) || weight.as_real() > 1e30)
      return item.mismatch("a number of at least 0", weight);
    member.weights.push_back(weight.as_real());
  }
}

Value ParamType<ClassWeight>::value(const ClassWeight& member, const PathRendering&) {
  if (member.balanced) return "balanced";
  if (member.weights.empty()) return Value();
  Value::List list;
  for (double weight : member.weights) list.emplace_back(weight);
  return list;
}

}  // namespace pipeline
