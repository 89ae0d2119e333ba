#include "pipeline/nn/weight_rules.h"

#include <algorithm>
#include <cmath>

#include "named_choice.h"
#include "pipeline/error.h"

namespace pipeline::nn {
namespace {

/// Keras adds it to a length before it divides.
constexpr double kEpsilon = 1e-7;

const std::vector<NamedChoice>& constraints() {
  static const std::vector<NamedChoice> all{
      {"max_norm", {{"max_value", 2, 0}}}, {"unit_norm", {}}, {"non_neg", {}}};
  return all;
}

}  // namespace

double Regularizer::penalty(std::span<const float> w) const {
  double sizes = 0, squares = 0;
  for (float v : w) {
    sizes += std::abs(double(v));
    squares += double(v) * double(v);
  }
  return l1 * sizes + l2 * squares;
}

void Regularizer::add_gradient(std::span<const float> w, std::span<float> gradient) const {
  for (std::size_t i = 0; i < w.size(); ++i) {
    const double sign = w[i] > 0 ? 1 : w[i] < 0 ? -1 : 0;
    gradient[i] += float(l1 * sign + 2 * l2 * double(w[i]));
  }
}

void Constraint::apply(std::span<float> w, const Shape& shape) const {
  if (kind == Kind::none || w.empty()) return;
  if (kind == Kind::non_neg) {
    for (float& v : w) v = v < 0 ? 0.0f : v;
    return;
  }
  const std::size_t count = shape.size() < 2 ? 1 : std::size_t(shape[0]);
  const std::size_t size = w.size() / count;
  for (std::size_t output = 0; output < count; ++output) {
    const std::span<float> values = w.subspan(output * size, size);
    double squares = 0;
    for (float v : values) squares += double(v) * double(v);
    const double length = std::sqrt(squares);
    if (kind == Kind::max_norm && length <= limit) continue;
    const double wanted = kind == Kind::max_norm ? limit : 1;
    for (float& v : values) v = float(double(v) * (wanted / (kEpsilon + length)));
  }
}

}  // namespace pipeline::nn

namespace pipeline {

Value ParamType<nn::Regularizer>::schema() {
  const Value number = Value::Map{{"type", "number"}, {"minimum", 0}};
  return Value::Map{
      {"anyOf", Value::List{Value::Map{{"type", "object"},
                                       {"properties", Value::Map{{"l1", number}, {"l2", number}}},
                                       {"additionalProperties", false}},
                            Value::Map{{"type", "null"}}}}};
}

void ParamType<nn::Regularizer>::assign(nn::Regularizer& member, const Value& value,
                                        const Assign& at) {
  member = {};
  if (value.is_null()) return;
  if (!value.is_map())
    return at.mismatch("a map like {l2: 0.0001}, with 'l1', 'l2' or both", value);
  for (const auto& [name, share] : value.as_map()) {
    const Assign inside = at.inside(name);
    if (name != "l1" && name != "l2") {
      inside.error("there is no penalty '" + name + "'; there are 'l1' and 'l2'", true);
    } else if (!share.is_number() || !(share.as_real() >= 0) || share.as_real() > 1e30) {
      inside.mismatch("a number of at least 0", share);
    } else {
      (name == "l1" ? member.l1 : member.l2) = share.as_real();
    }
  }
}

Value ParamType<nn::Regularizer>::value(const nn::Regularizer& member, const PathRendering&) {
  if (!member) return Value();
  Value::Map map;
  if (member.l1 != 0) map["l1"] = member.l1;
  if (member.l2 != 0) map["l2"] = member.l2;
  return map;
}

Value ParamType<nn::Constraint>::schema() {
  return Value::Map{
      {"anyOf", Value::List{nn::schema_of(nn::constraints()), Value::Map{{"type", "null"}}}}};
}

void ParamType<nn::Constraint>::assign(nn::Constraint& member, const Value& value,
                                       const Assign& at) {
  using Kind = nn::Constraint::Kind;
  member = {};
  if (value.is_null()) return;
  const auto chosen = nn::choose(nn::constraints(), "a constraint", value, at);
  if (!chosen) return;
  member.kind = chosen->name == "max_norm"    ? Kind::max_norm
                : chosen->name == "unit_norm" ? Kind::unit_norm
                                              : Kind::non_neg;
  if (member.kind == Kind::max_norm) member.limit = chosen->values[0];
}

Value ParamType<nn::Constraint>::value(const nn::Constraint& member, const PathRendering&) {
  using Kind = nn::Constraint::Kind;
  switch (member.kind) {
    case Kind::none: break;
    case Kind::max_norm: return nn::value_of(nn::constraints(), {"max_norm", {member.limit}});
    case Kind::unit_norm: return "unit_norm";
    case Kind::non_neg: return "non_neg";
  }
  return Value();
}

}  // namespace pipeline
