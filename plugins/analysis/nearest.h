#pragma once
#include <vector>

#include "distances.h"
#include "sieve.h"
#include "workers.h"

namespace pipeline::analysis {

/// Of each query its k nearest points, [queries][k], nearest first; of equally near ones the one
/// with the lower number. Distances are those of Points.
struct Neighbours {
  std::vector<std::int64_t> indices;
  std::vector<double> distances;
};

/// k is at most the number of points, less one where `queries_are_points`: then a point is not its
/// own neighbour.
Neighbours nearest(Metric metric, const Matrix& points, const Matrix& queries,
                   bool queries_are_points, std::int64_t k, const Workers& workers,
                   const Sieve& kernels = sieve());

}  // namespace pipeline::analysis
