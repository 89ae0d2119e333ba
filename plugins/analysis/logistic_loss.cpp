#include "logistic_loss.h"

#include <algorithm>
#include <cmath>

#include "pipeline/math.h"

namespace pipeline::analysis {
namespace {

constexpr std::int64_t kPiece = 512;  // samples a task

/// Samples × outputs: the weights' sums.
Matrix sums_of(const Matrix& samples, const Matrix& weights, bool intercept) {
  const Matrix slopes = weights.leftCols(samples.cols());
  Matrix sums = samples * slopes.transpose();
  if (!intercept) return sums;
  for (std::int64_t i = 0; i < sums.rows(); ++i)
    for (std::int64_t k = 0; k < sums.cols(); ++k) sums(i, k) += weights(k, samples.cols());
  return sums;
}

/// Makes sums probabilities, and gives the logarithm of what they were divided by.
double softmax(double* sums, std::int64_t classes) {
  const double largest = *std::max_element(sums, sums + classes);
  double total = 0;
  for (std::int64_t k = 0; k < classes; ++k) total += sums[k] = math::exp(sums[k] - largest);
  for (std::int64_t k = 0; k < classes; ++k) sums[k] /= total;
  return largest + math::log(total);
}

double sigmoid(double x) {
  const double e = math::exp(-std::abs(x));
  return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/// log(1 + e^x)
double softplus(double x) { return std::max(x, 0.0) + math::log1p(math::exp(-std::abs(x))); }

}  // namespace

double LogisticLoss::operator()(const Vector& flat, Vector& gradient) const {
  const Matrix weights = Eigen::Map<const Matrix>(flat.data(), outputs_, columns());
  const std::int64_t rows = samples_.rows(), features = samples_.cols();
  const auto pieces = std::size_t((rows + kPiece - 1) / kPiece);
  std::vector<double> losses(pieces);
  std::vector<Matrix> gradients(pieces);
  workers_.pieces(rows, kPiece, [&](std::int64_t first, std::int64_t last) {
    const Matrix x = samples_.middleRows(first, last - first);
    Matrix errors = sums_of(x, weights, intercept_);
    double loss = 0;
    for (std::int64_t i = 0; i < errors.rows(); ++i) {
      const std::size_t place = places_[std::size_t(first + i)];
      if (outputs_ == 1) {
        const double sum = errors(i, 0);
        loss += softplus(sum) - double(place) * sum;
        errors(i, 0) = sigmoid(sum) - double(place);
      } else {
        const double own = errors(i, std::int64_t(place));
        loss += softmax(&errors(i, 0), outputs_) - own;
        errors(i, std::int64_t(place)) -= 1;
      }
    }
    const auto piece = std::size_t(first / kPiece);
    losses[piece] = loss;
    Matrix& sum = gradients[piece];
    sum.resize(outputs_, columns());
    sum.leftCols(features) = Matrix(errors.transpose() * x);
    if (intercept_)
      for (std::int64_t k = 0; k < outputs_; ++k) {
        sum(k, features) = 0;
        for (std::int64_t i = 0; i < errors.rows(); ++i) sum(k, features) += errors(i, k);
      }
  });
  double loss = 0;
  Matrix total = Matrix::Zero(outputs_, columns());
  for (std::size_t piece = 0; piece < pieces; ++piece) {
    loss += losses[piece];
    total += gradients[piece];
  }
  double squares = 0;
  for (std::int64_t k = 0; k < outputs_; ++k)
    for (std::int64_t f = 0; f < features; ++f) {
      squares += weights(k, f) * weights(k, f);
      total(k, f) += penalty_ * weights(k, f);
    }
  std::copy(total.data(), total.data() + total.size(), gradient.data());
  return loss + penalty_ * squares / 2;
}

Matrix logistic_probabilities(const Matrix& samples, const Matrix& weights, bool intercept,
                              const Workers& workers) {
  const std::int64_t outputs = weights.rows(), classes = outputs == 1 ? 2 : outputs;
  Matrix shares(samples.rows(), classes);
  workers.pieces(samples.rows(), kPiece, [&](std::int64_t first, std::int64_t last) {
    Matrix sums = sums_of(samples.middleRows(first, last - first), weights, intercept);
    for (std::int64_t i = 0; i < sums.rows(); ++i) {
      if (outputs == 1) {
        shares(first + i, 1) = sigmoid(sums(i, 0));
        shares(first + i, 0) = 1 - shares(first + i, 1);
        continue;
      }
      softmax(&sums(i, 0), outputs);
      for (std::int64_t k = 0; k < outputs; ++k) shares(first + i, k) = sums(i, k);
    }
  });
  return shares;
}

}  // namespace pipeline::analysis
