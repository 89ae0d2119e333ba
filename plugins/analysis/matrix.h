#pragma once
#include <Eigen/Core>

namespace pipeline::analysis {

/// Samples in double precision, one a row.
using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Vector = Eigen::VectorXd;

// What Eigen computes has the same bits everywhere: it is built without any processor's extensions
// and works on one thread, its blocks have one size (matrix.cpp), and it is given its own matrices
// alone, since it begins its sums where memory is aligned.

}  // namespace pipeline::analysis
