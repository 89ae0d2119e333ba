#pragma once
#include <cstdint>
#include <span>

namespace pipeline::nn {

/// How a weight starts.
struct Initializer {
  enum class Kind { constant, uniform };
  Kind kind = Kind::constant;
  float value = 0;  ///< the constant, or the limit of uniform draws in [-value, value)

  static Initializer zeros() { return {}; }
  static Initializer constant(float value) { return {Kind::constant, value}; }
  static Initializer uniform(float limit) { return {Kind::uniform, limit}; }
  /// Uniform within ±sqrt(6 / (fan_in + fan_out)) (Glorot and Bengio, 2010); Keras' default. The
  /// fans of a convolution are channels times kernel area.
  static Initializer glorot_uniform(double fan_in, double fan_out);

  /// Sets all values; value i depends on i, the seed and the weight's stream alone (see
  /// stream_of()).
  void fill(std::span<float> values, std::uint64_t seed, std::uint32_t stream) const;
};

}  // namespace pipeline::nn
