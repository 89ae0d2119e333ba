#include "principal.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>

namespace pipeline::analysis {
namespace {

constexpr std::int64_t kTile = 128;   // of the product's rows and columns, a task each
constexpr std::int64_t kDepth = 256;  // rows of samples that are multiplied at once
constexpr double kRounding = 0x1p-52;

Matrix centred(const Matrix& samples, const Vector& mean) {
  Matrix result(samples.rows(), samples.cols());
  for (std::int64_t i = 0; i < samples.rows(); ++i)
    for (std::int64_t f = 0; f < samples.cols(); ++f) result(i, f) = samples(i, f) - mean[f];
  return result;
}

/// x'·x, summed over blocks of rows in their order.
Eigen::MatrixXd product_with_itself(const Matrix& x, const Workers& workers) {
  const std::int64_t n = x.cols(), tiles = (n + kTile - 1) / kTile;
  Eigen::MatrixXd result(n, n);
  workers.each(tiles * tiles, [&](std::int64_t task) {
    const std::int64_t i = task / tiles * kTile, j = task % tiles * kTile;
    if (i > j) return;
    const std::int64_t rows = std::min(kTile, n - i), columns = std::min(kTile, n - j);
    Eigen::MatrixXd sum = Eigen::MatrixXd::Zero(rows, columns);
    for (std::int64_t d = 0; d < x.rows(); d += kDepth) {
      const std::int64_t depth = std::min(kDepth, x.rows() - d);
      const Matrix left = x.block(d, i, depth, rows), right = x.block(d, j, depth, columns);
      sum.noalias() += left.transpose() * right;
    }
    result.block(i, j, rows, columns) = sum;
    if (i != j) result.block(j, i, columns, rows) = sum.transpose();
  });
  return result;
}

/// Where the samples' coordinates along an axis are largest, they are to be positive.
void point_axes(Principal& p, const Matrix& samples, const Workers& workers) {
  const Matrix scores = projected(p, samples, p.axes.rows(), workers);
  for (std::int64_t a = 0; a < p.axes.rows(); ++a) {
    std::int64_t largest = 0;
    for (std::int64_t i = 1; i < scores.rows(); ++i)
      if (std::abs(scores(i, a)) > std::abs(scores(largest, a))) largest = i;
    if (scores(largest, a) < 0)
      for (std::int64_t f = 0; f < p.axes.cols(); ++f) p.axes(a, f) = -p.axes(a, f);
  }
}

}  // namespace

Principal principal(const Matrix& samples, const Workers& workers) {
  Principal p{Vector::Zero(samples.cols()), {}, {}};
  for (std::int64_t i = 0; i < samples.rows(); ++i)
    for (std::int64_t f = 0; f < samples.cols(); ++f) p.mean[f] += samples(i, f);
  p.mean /= double(samples.rows());
  const Matrix x = centred(samples, p.mean);
  const bool wide = x.cols() > x.rows();
  const std::int64_t count = std::min(x.rows(), x.cols());
  const Matrix turned = wide ? Matrix(x.transpose()) : Matrix();
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(
      product_with_itself(wide ? turned : x, workers));
  p.axes.resize(count, x.cols());
  p.variances.resize(count);
  for (std::int64_t a = 0; a < count; ++a) {
    const std::int64_t from = count - 1 - a;  // the solver's are ascending
    const double square = std::max(solver.eigenvalues()[from], 0.0);
    p.variances[a] = square / double(x.rows() - 1);
    Eigen::RowVectorXd axis = solver.eigenvectors().col(from).transpose();
    if (wide) {
      // The eigenvectors of x·x' are the samples' shares of the axes. An axis without variance,
      // which nothing but rounding would choose, is zero.
      const bool some = square > kRounding * double(count) * solver.eigenvalues()[count - 1];
      axis = axis * x;
      if (some) axis /= axis.norm();
      else axis.setZero();
    }
    p.axes.row(a) = axis;
  }
  for (std::int64_t a = 0; a < count; ++a) p.total += p.variances[a];
  point_axes(p, samples, workers);
  return p;
}

Matrix projected(const Principal& p, const Matrix& samples, std::int64_t count,
                 const Workers& workers) {
  Matrix result(samples.rows(), count);
  const Matrix axes = p.axes.topRows(count);
  workers.pieces(samples.rows(), kDepth, [&](std::int64_t first, std::int64_t last) {
    const Matrix x = centred(samples.middleRows(first, last - first), p.mean);
    const Matrix coordinates = x * axes.transpose();
    result.middleRows(first, last - first) = coordinates;
  });
  return result;
}

}  // namespace pipeline::analysis
