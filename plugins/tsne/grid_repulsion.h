#pragma once
#include <cstdint>

#include "grid_convolution.h"
#include "kernels.h"
#include "strips.h"
#include "workers.h"

namespace pipeline::tsne {

/// A rectangle of nodes over a map of two dimensions.
struct GridShape {
  int rows, columns;
  double spacing;
  bool near;                      ///< near pairs are summed one by one
  float first_row, first_column;  ///< coordinates of node (1, 1)
  double longer_side;             ///< of the map
  /// The grid is as fine as it should be; false where the map is so large that it would not fit.
  bool fine;
  double cost;  ///< of the repulsion, in the time of a pair
};

/// The repulsive forces of a map of two dimensions, in time proportional to points and area.
///
/// With K(r) = 1/(1 + r²), the forces sum_j K(r_ij)²·(y_i - y_j) are -1/2 of the gradient of the
/// field phi(y) = sum_j K(|y - y_j|), and Z = sum_(i != j) K(r_ij) is the sum of phi at the points,
/// less one a point. The field comes from one convolution on a grid and, on a coarse grid, from the
/// near pairs (Hockney and Eastwood's P³M, 1988; for t-SNE, with interpolation in boxes instead of
/// splines, Linderman et al., Nature Methods 16, 2019).
class GridRepulsion {
 public:
  /// Nodes are kCoarse apart, or half of it, where near pairs are few enough to be summed, or else
  /// at most kFine (see README.md) with at least 32 a side of the map; at most kMaxNodes a side.
  /// Depends on the points alone, not on what was before. Error if a coordinate is not finite or
  /// beyond 1e9: the map has burst.
  static GridShape shape_for(const Points& points);
  static constexpr double kFine = 0.25, kCoarse = 1;
  static constexpr int kMaxNodes = 3000;

  /// force[c·stride + i] = sum over j != i of K²·(y_i - y_j); gives Z.
  double compute(const Points& points, const GridShape& shape, float* force, Workers& workers);

 private:
  void spread(const StripPoints& points, Workers& workers);

  GridConvolution grid_;
  Strips strips_;
};

}  // namespace pipeline::tsne
