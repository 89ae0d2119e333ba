#pragma once
#include <vector>

#include "matrix.h"
#include "workers.h"

namespace pipeline::analysis {

/// A division of samples into clusters.
struct Clustering {
  Matrix centers;
  std::vector<std::int64_t> labels;
  double inertia = 0;  ///< the sum of squared distances to the nearest centre
  std::int64_t n_iter = 0;
};

/// The nearest centre of each sample, the first of equally near ones.
std::vector<std::int64_t> nearest_centers(const Matrix& samples, const Matrix& centers,
                                          const Workers& workers);

/// Lloyd's algorithm from given centres, until no label changes, the centres' squared moves are at
/// most `tolerance` in all, or max_iter is reached. A cluster that is left empty gets the sample
/// farthest from its own centre, as in scikit-learn.
Clustering lloyd(const Matrix& samples, Matrix centers, std::int64_t max_iter, double tolerance,
                 const Workers& workers);

/// The same clusters, whatever their numbers.
bool same_clusters(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b,
                   std::int64_t clusters);

}  // namespace pipeline::analysis
