#pragma once
#include "matrix.h"
#include "workers.h"

namespace pipeline::analysis {

/// Principal components of samples about their mean, by decreasing variance.
struct Principal {
  Vector mean;
  Matrix axes;  ///< one a row, of length 1 (or 0, of fewer samples than features, without variance)
  Vector variances;  ///< along the axes, divided by samples - 1
  double total = 0;  ///< of the variances of all features
};

/// All of them: the lesser of samples and features, at least two samples. An axis points to where
/// the sample with the largest coordinate along it is positive (scikit-learn's svd_flip).
Principal principal(const Matrix& samples, const Workers& workers);

/// Coordinates of samples along the first `count` axes, [samples, count].
Matrix projected(const Principal& p, const Matrix& samples, std::int64_t count,
                 const Workers& workers);

}  // namespace pipeline::analysis
