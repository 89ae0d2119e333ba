#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "pipeline/array.h"
#include "pipeline/param_types.h"

namespace pipeline::nn {

/// How a weight starts.
struct Initializer {
  enum class Kind { constant, uniform, normal, truncated_normal, orthogonal };
  Kind kind = Kind::constant;
  /// The constant; half the width of uniform draws, value - spread … value + spread; the mean of
  /// normal ones.
  float value = 0;
  float spread = 0;  ///< half a width, a standard deviation, or the gain of an orthogonal matrix

  static Initializer zeros() { return {}; }
  static Initializer constant(float value) { return {Kind::constant, value}; }
  static Initializer uniform(float limit) { return {Kind::uniform, 0, limit}; }
  /// Uniform within ±sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio, 2010); Keras' default. The
  /// fans of a convolution are channels times kernel area.
  static Initializer glorot_uniform(double fan_in, double fan_out);

  /// Sets all values; value i depends on i, the seed and the weight's stream alone (see
  /// stream_of()), those of an orthogonal matrix also on the shape: the first axis are its rows,
  /// all others its columns, and whichever are fewer are orthonormal, times the gain (Saxe et al.,
  /// 2014). Uniform draws are fill_uniform()'s; normal value i is BlockRandom::normal()'s at
  /// position i / 16 of sample i % 16, epoch 0. Draws beyond two standard deviations of a truncated
  /// normal are drawn again, for the next epoch.
  void fill(std::span<float> values, const Shape& shape, std::uint64_t seed,
            std::uint32_t stream) const;
};

/// An initialiser by Keras' name and parameters, before the weight is known: `he_normal`, or
/// `{truncated_normal: {stddev: 0.02}}`.
///   zeros, ones, constant {value 0}
///   random_uniform {minval -0.05, maxval 0.05}, random_normal, truncated_normal {mean 0, stddev
///   0.05}
///   orthogonal {gain 1}
///   glorot_uniform, he_uniform, lecun_uniform: within ±sqrt(3·variance)
///   glorot_normal, he_normal, lecun_normal: truncated at two standard deviations, and widened by
///   1 / 0.8796 so that the variance holds; PyTorch's xavier_normal_ and kaiming_normal_ do neither
/// with the variance 2 / (fan_in + fan_out) of glorot, 2 / fan_in of he (He et al., 2015), 1 /
/// fan_in of lecun.
struct InitializerChoice {
  std::string name = "glorot_uniform";
  std::vector<double> values;  ///< of the parameters, in the order above

  Initializer of(double fan_in, double fan_out) const;
};

}  // namespace pipeline::nn

template <>
struct pipeline::ParamType<pipeline::nn::InitializerChoice> {
  static Value schema();
  static void assign(nn::InitializerChoice& member, const Value& value, const Assign& at);
  static Value value(const nn::InitializerChoice& member, const PathRendering& paths);
};
