#include "pipeline/nn/initializer.h"

#include <algorithm>
#include <cmath>

#include "pipeline/nn/random.h"

namespace pipeline::nn {

Initializer Initializer::glorot_uniform(double fan_in, double fan_out) {
  return uniform(float(std::sqrt(6.0 / (fan_in + fan_out))));
}

void Initializer::fill(std::span<float> values, std::uint64_t seed, std::uint32_t stream) const {
  if (kind == Kind::uniform) fill_uniform(values, value, seed, stream);
  else std::fill(values.begin(), values.end(), value);
}

}  // namespace pipeline::nn
