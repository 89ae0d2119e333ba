#include <cmath>
#include <random>

#include "pipeline/math.h"
#include "start.h"

namespace pipeline::tsne {
namespace {

/// The normal draws of NumPy's legacy generator: Marsaglia's polar method on doubles of 53 bits.
class LegacyNormal {
 public:
  explicit LegacyNormal(std::uint32_t seed) : words_(seed) {}

  double operator()() {
    if (has_next_) {
      has_next_ = false;
      return next_;
    }
    double a, b, square;
    do {
      a = 2 * uniform() - 1;
      b = 2 * uniform() - 1;
      square = a * a + b * b;
    } while (square >= 1 || square == 0);
    const double factor = std::sqrt(-2 * math::log(square) / square);
    next_ = factor * a;
    has_next_ = true;
    return factor * b;
  }

 private:
  double uniform() {
    const std::uint32_t high = std::uint32_t(words_()) >> 5, low = std::uint32_t(words_()) >> 6;
    return (high * 67108864.0 + low) / 9007199254740992.0;
  }

  std::mt19937 words_;
  double next_ = 0;
  bool has_next_ = false;
};

}  // namespace

std::vector<float> random_start(std::int64_t n, int dims, std::uint32_t seed) {
  LegacyNormal normal(seed);
  std::vector<float> y(std::size_t(n * dims));
  // scikit-learn multiplies after rounding to floats.
  for (float& value : y) value = 1e-4f * float(normal());
  return y;
}

}  // namespace pipeline::tsne
