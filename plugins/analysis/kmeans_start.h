#pragma once
#include <random>

#include "matrix.h"
#include "workers.h"

namespace pipeline::analysis {

/// The draws of numpy.random.RandomState(seed) that k-means makes (Mersenne Twister).
class Draws {
 public:
  explicit Draws(std::uint32_t seed) : twister_(seed) {}
  std::int64_t below(std::int64_t n);  ///< randint(n), n up to 2^32
  double uniform();                    ///< random_sample(), in [0, 1)

 private:
  std::mt19937 twister_;
};

/// k-means++ (Arthur and Vassilvitskii, 2007) with the best of 2 + ln(clusters) candidates for each
/// centre, drawn as scikit-learn draws them. As many different samples as clusters are needed for
/// different centres.
Matrix plus_plus(const Matrix& samples, std::int64_t clusters, Draws& draws,
                 const Workers& workers);

}  // namespace pipeline::analysis
