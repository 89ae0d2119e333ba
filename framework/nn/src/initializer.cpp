#include "pipeline/nn/initializer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "named_choice.h"
#include "pipeline/nn/random.h"

namespace pipeline::nn {
namespace {

/// The standard deviation of a standard normal variable within ±2.
constexpr double kTruncated = 0.87962566103423978;

/// Standard normal draws, 16 a position, each the first of its attempts within ±limit.
void fill_normal(std::span<float> values, float limit, std::uint64_t seed, std::uint32_t stream) {
  std::array<std::uint32_t, kLanes> samples;
  std::iota(samples.begin(), samples.end(), 0u);
  const PhiloxKey key = stream_key(seed, stream);
  constexpr std::size_t kPositions = 64, kDraws = kPositions * kLanes;
  std::array<float, kDraws> draws;
  for (std::size_t first = 0; first < values.size(); first += kDraws) {
    const std::size_t count = std::min(kDraws, values.size() - first);
    const std::span<float> part = values.subspan(first, count);
    bool open = true;
    for (std::uint32_t attempt = 0; open; ++attempt) {
      BlockRandom(key, attempt, purpose::kInitialise, samples)
          .normal(std::uint32_t(first / kLanes), int(kPositions), draws.data());
      open = false;
      for (std::size_t i = 0; i < count; ++i) {
        if (attempt == 0 || std::abs(part[i]) > limit) part[i] = draws[i];
        open |= std::abs(part[i]) > limit;
      }
    }
  }
}

/// Makes the `rows` rows of length `columns` (no fewer) orthonormal, one after the other, each
/// cleared of those before it twice (Gram and Schmidt).
void make_orthonormal(std::vector<double>& m, std::size_t rows, std::size_t columns) {
  const auto row = [&](std::size_t r) { return std::span(m).subspan(r * columns, columns); };
  for (std::size_t r = 0; r < rows; ++r) {
    const std::span<double> v = row(r);
    for (int pass = 0; pass < 2; ++pass)
      for (std::size_t q = 0; q < r; ++q) {
        const std::span<double> u = row(q);
        const double share = std::inner_product(u.begin(), u.end(), v.begin(), 0.0);
        for (std::size_t i = 0; i < columns; ++i) v[i] -= share * u[i];
      }
    const double length = std::sqrt(std::inner_product(v.begin(), v.end(), v.begin(), 0.0));
    for (double& x : v) x /= length;
  }
}

void fill_orthogonal(std::span<float> values, const Shape& shape, float gain, std::uint64_t seed,
                     std::uint32_t stream) {
  fill_normal(values, HUGE_VALF, seed, stream);
  const std::size_t rows = shape.empty() ? 1 : std::size_t(shape[0]);
  const std::size_t columns = values.size() / std::max<std::size_t>(rows, 1);
  const bool wide = columns >= rows;
  const auto place = [&](std::size_t few, std::size_t many) {
    return wide ? few * columns + many : many * columns + few;
  };
  const std::size_t few = std::min(rows, columns), many = std::max(rows, columns);
  std::vector<double> m(values.size());
  for (std::size_t r = 0; r < few; ++r)
    for (std::size_t c = 0; c < many; ++c) m[r * many + c] = double(values[place(r, c)]);
  make_orthonormal(m, few, many);
  for (std::size_t r = 0; r < few; ++r)
    for (std::size_t c = 0; c < many; ++c)
      values[place(r, c)] = float(double(gain) * m[r * many + c]);
}

const std::vector<NamedChoice>& choices() {
  static const std::vector<NamedChoice> all{
      {"zeros", {}},
      {"ones", {}},
      {"constant", {{"value", 0, -HUGE_VAL}}},
      {"random_uniform", {{"minval", -0.05, -HUGE_VAL}, {"maxval", 0.05, -HUGE_VAL}}},
      {"random_normal", {{"mean", 0, -HUGE_VAL}, {"stddev", 0.05, 0}}},
      {"truncated_normal", {{"mean", 0, -HUGE_VAL}, {"stddev", 0.05, 0}}},
      {"orthogonal", {{"gain", 1, -HUGE_VAL}}},
      {"glorot_uniform", {}},
      {"glorot_normal", {}},
      {"he_uniform", {}},
      {"he_normal", {}},
      {"lecun_uniform", {}},
      {"lecun_normal", {}}};
  return all;
}

}  // namespace

Initializer Initializer::glorot_uniform(double fan_in, double fan_out) {
  return uniform(float(std::sqrt(6.0 / (fan_in + fan_out))));
}

void Initializer::fill(std::span<float> values, const Shape& shape, std::uint64_t seed,
                       std::uint32_t stream) const {
  switch (kind) {
    case Kind::constant: std::fill(values.begin(), values.end(), value); return;
    case Kind::uniform: fill_uniform(values, spread, seed, stream); break;
    case Kind::normal: fill_normal(values, HUGE_VALF, seed, stream); break;
    case Kind::truncated_normal: fill_normal(values, 2, seed, stream); break;
    case Kind::orthogonal: fill_orthogonal(values, shape, spread, seed, stream); return;
  }
  const float factor = kind == Kind::uniform ? 1 : spread;
  if (factor == 1 && value == 0) return;
  for (float& v : values) v = v * factor + value;
}

Initializer InitializerChoice::of(double fan_in, double fan_out) const {
  using Kind = Initializer::Kind;
  if (name == "zeros") return {};
  if (name == "ones") return Initializer::constant(1);
  if (name == "constant") return Initializer::constant(float(values.at(0)));
  if (name == "random_uniform")
    return {Kind::uniform, float((values.at(0) + values.at(1)) / 2),
            float((values.at(1) - values.at(0)) / 2)};
  if (name == "random_normal") return {Kind::normal, float(values.at(0)), float(values.at(1))};
  if (name == "truncated_normal")
    return {Kind::truncated_normal, float(values.at(0)), float(values.at(1))};
  if (name == "orthogonal") return {Kind::orthogonal, 0, float(values.at(0))};
  const bool glorot = name.starts_with("glorot");
  const double scale = name.starts_with("he") ? 2 : 1;
  const double n = std::max(1.0, glorot ? (fan_in + fan_out) / 2 : fan_in);
  // The default's bits are those of Initializer::glorot_uniform().
  if (name == "glorot_uniform") return Initializer::glorot_uniform(fan_in, fan_out);
  if (name.ends_with("uniform")) return Initializer::uniform(float(std::sqrt(3 * scale / n)));
  return {Kind::truncated_normal, 0, float(std::sqrt(scale / n) / kTruncated)};
}

}  // namespace pipeline::nn

namespace pipeline {

Value ParamType<nn::InitializerChoice>::schema() { return nn::schema_of(nn::choices()); }

void ParamType<nn::InitializerChoice>::assign(nn::InitializerChoice& member, const Value& value,
                                              const Assign& at) {
  const auto chosen = nn::choose(nn::choices(), "an initializer", value, at);
  if (!chosen) return;
  member = {chosen->name, chosen->values};
  if (member.name == "random_uniform" && member.values[0] > member.values[1])
    at.error(at.subject() + ": minval " + Value(member.values[0]).to_json() + " is above maxval " +
             Value(member.values[1]).to_json());
}

Value ParamType<nn::InitializerChoice>::value(const nn::InitializerChoice& member,
                                              const PathRendering&) {
  return nn::value_of(nn::choices(), {member.name, member.values});
}

}  // namespace pipeline
