#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include "large.h"
#include "start.h"

// Subspace iteration with Rayleigh-Ritz steps (Halko, Martinsson and Tropp, 2011, with as many
// rounds as it takes): of a few hundred principal components only two are wanted.

namespace pipeline::tsne {
namespace {

constexpr int kExtra = 10;  // vectors beside the wanted ones; scikit-learn's n_oversamples
constexpr int kRounds = 300;
constexpr double kTolerance = 1e-13;  // of an eigenvalue, from one round to the next
/// Above, the covariance matrix (8 MB at this size) costs more than passing over the points again.
constexpr std::int64_t kCovarianceFeatures = 1024;
/// Multiplications from one look at the check to the next: a millisecond or so.
constexpr std::int64_t kWorkUnchecked = 1 << 20;

/// Calls a check now and then in a loop over rows.
class Watch {
 public:
  Watch(const std::function<void()>& check, std::int64_t multiplications_a_row)
      : check_(check), rows_(std::max<std::int64_t>(kWorkUnchecked / multiplications_a_row, 1)) {}
  void operator()(std::int64_t row) const {
    if (row % rows_ == 0) check_();
  }

 private:
  const std::function<void()>& check_;
  std::int64_t rows_;
};

/// Rows of equal length.
struct Matrix {
  std::int64_t rows, columns;
  Large<double> values;
  Matrix(std::int64_t r, std::int64_t c) : rows(r), columns(c), values(std::size_t(r * c), 0.0) {}
  double* row(std::int64_t r) { return values.data() + r * columns; }
  const double* row(std::int64_t r) const { return values.data() + r * columns; }
};

double dot(const double* a, const double* b, std::int64_t n) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) sum += a[i] * b[i];
  return sum;
}

Matrix centred(std::span<const float> x, std::int64_t n, std::int64_t features,
               const std::function<void()>& check) {
  const Watch watch(check, features);
  std::vector<double> mean(std::size_t(features), 0.0);
  for (std::int64_t i = 0; i < n; ++i) {
    watch(i);
    for (std::int64_t f = 0; f < features; ++f)
      mean[std::size_t(f)] += x[std::size_t(i * features + f)];
  }
  Matrix out(n, features);
  for (std::int64_t i = 0; i < n; ++i) {
    watch(i);
    for (std::int64_t f = 0; f < features; ++f)
      out.row(i)[f] = x[std::size_t(i * features + f)] - mean[std::size_t(f)] / double(n);
  }
  return out;
}

Matrix covariance(const Matrix& x, Workers& workers, const std::function<void()>& check) {
  constexpr std::int64_t kPiece = 8;
  const Watch watch(check, kPiece * x.columns);
  Matrix out(x.columns, x.columns);
  workers.pieces(x.columns, kPiece, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = 0; i < x.rows; ++i) {
      watch(i);
      for (std::int64_t f = first; f < last; ++f) {
        const double factor = x.row(i)[f];
        if (factor == 0) continue;
        for (std::int64_t g = first; g < x.columns; ++g) out.row(f)[g] += factor * x.row(i)[g];
      }
    }
  });
  for (std::int64_t f = 0; f < x.columns; ++f)
    for (std::int64_t g = 0; g < f; ++g) out.row(f)[g] = out.row(g)[f];
  return out;
}

/// Each row of `vectors` times the covariance.
Matrix times_covariance(const Matrix& vectors, const Matrix& x, const Matrix* covariance,
                        Workers& workers, const std::function<void()>& check) {
  const Watch watch(check, 2 * x.columns);
  Matrix out(vectors.rows, vectors.columns);
  workers.each(vectors.rows, [&](std::int64_t v, int) {
    const double* in = vectors.row(v);
    const Matrix& factor = covariance ? *covariance : x;
    for (std::int64_t r = 0; r < factor.rows; ++r) {
      watch(r);
      const double weight = covariance ? in[r] : dot(x.row(r), in, x.columns);
      for (std::int64_t f = 0; f < x.columns; ++f) out.row(v)[f] += weight * factor.row(r)[f];
    }
  });
  return out;
}

/// Makes the rows orthonormal (Gram-Schmidt, twice); rows that depend on others become zero.
void orthonormalise(Matrix& m) {
  for (std::int64_t r = 0; r < m.rows; ++r) {
    const double before = std::sqrt(dot(m.row(r), m.row(r), m.columns));
    for (int twice = 0; twice < 2; ++twice)
      for (std::int64_t q = 0; q < r; ++q) {
        const double share = dot(m.row(r), m.row(q), m.columns);
        for (std::int64_t f = 0; f < m.columns; ++f) m.row(r)[f] -= share * m.row(q)[f];
      }
    const double length = std::sqrt(dot(m.row(r), m.row(r), m.columns));
    const double factor = length > 1e-12 * before && length > 0 ? 1 / length : 0;
    for (std::int64_t f = 0; f < m.columns; ++f) m.row(r)[f] *= factor;
  }
}

/// Turns the small symmetric `a` to diagonal form (cyclic Jacobi); rows of `vectors` become the
/// eigenvectors.
void diagonalise(Matrix& a, Matrix& vectors) {
  const std::int64_t n = a.rows;
  for (int sweep = 0; sweep < 50; ++sweep) {
    double off = 0, on = 0;
    for (std::int64_t p = 0; p < n; ++p)
      for (std::int64_t q = 0; q < n; ++q) (p == q ? on : off) += a.row(p)[q] * a.row(p)[q];
    if (off <= 1e-30 * on) return;
    for (std::int64_t p = 0; p < n; ++p)
      for (std::int64_t q = p + 1; q < n; ++q) {
        if (a.row(p)[q] == 0) continue;
        const double theta = (a.row(q)[q] - a.row(p)[p]) / (2 * a.row(p)[q]);
        const double t = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
        const double c = 1 / std::sqrt(t * t + 1), s = t * c;
        for (std::int64_t k = 0; k < n; ++k) {
          const double x = a.row(k)[p], y = a.row(k)[q];
          a.row(k)[p] = c * x - s * y;
          a.row(k)[q] = s * x + c * y;
        }
        for (std::int64_t k = 0; k < n; ++k) {
          const double x = a.row(p)[k], y = a.row(q)[k];
          a.row(p)[k] = c * x - s * y;
          a.row(q)[k] = s * x + c * y;
          const double v = vectors.row(p)[k], w = vectors.row(q)[k];
          vectors.row(p)[k] = c * v - s * w;
          vectors.row(q)[k] = s * v + c * w;
        }
      }
  }
}

/// Rows of `basis`, orthonormal, become the best approximations of eigenvectors among their
/// combinations, largest eigenvalue first; gives the eigenvalues. `image` is basis · covariance and
/// is turned alike.
std::vector<double> rayleigh_ritz(Matrix& basis, Matrix& image) {
  const std::int64_t k = basis.rows;
  Matrix small(k, k), turn(k, k);
  for (std::int64_t p = 0; p < k; ++p) {
    turn.row(p)[p] = 1;
    for (std::int64_t q = p; q < k; ++q)
      small.row(p)[q] = small.row(q)[p] = dot(basis.row(p), image.row(q), basis.columns);
  }
  diagonalise(small, turn);
  std::vector<std::int64_t> order(std::size_t(k), 0);
  for (std::int64_t p = 0; p < k; ++p) order[std::size_t(p)] = p;
  std::stable_sort(order.begin(), order.end(), [&](std::int64_t p, std::int64_t q) {
    return small.row(p)[p] > small.row(q)[q];
  });
  std::vector<double> values;
  for (Matrix* m : {&basis, &image}) {
    Matrix turned(k, m->columns);
    for (std::int64_t p = 0; p < k; ++p)
      for (std::int64_t q = 0; q < k; ++q)
        for (std::int64_t f = 0; f < m->columns; ++f)
          turned.row(p)[f] += turn.row(order[std::size_t(p)])[q] * m->row(q)[f];
    *m = std::move(turned);
  }
  for (std::int64_t p : order) values.push_back(small.row(p)[p]);
  return values;
}

/// The first `dims` principal axes, as rows.
Matrix principal_axes(const Matrix& x, int dims, Workers& workers,
                      const std::function<void()>& check) {
  const bool small = x.columns <= kCovarianceFeatures;
  const Matrix matrix = small ? covariance(x, workers, check) : Matrix(0, 0);
  Matrix basis(std::min<std::int64_t>(dims + kExtra, x.columns), x.columns);
  std::mt19937 words(1);
  for (double& value : basis.values) value = double(words()) / 4294967296.0 - 0.5;
  std::vector<double> last(std::size_t(dims), 0.0);
  for (int round = 0; round < kRounds; ++round) {
    check();
    orthonormalise(basis);
    Matrix image = times_covariance(basis, x, small ? &matrix : nullptr, workers, check);
    const std::vector<double> values = rayleigh_ritz(basis, image);
    double change = 0;
    for (std::size_t d = 0; d < std::size_t(dims); ++d) {
      change = std::max(change, std::abs(values[d] - last[d]));
      last[d] = values[d];
    }
    // All of a small space is found in one round.
    if (change <= kTolerance * values[0] || basis.rows == x.columns) return basis;
    basis = std::move(image);
  }
  orthonormalise(basis);
  return basis;
}

}  // namespace

std::vector<float> principal_start(std::span<const float> x, std::int64_t n, std::int64_t features,
                                   int dims, Workers& workers, const std::function<void()>& check) {
  // Rounding of the mean would give points that are all the same a direction.
  const auto first = x.begin();
  bool same = true;
  for (std::int64_t i = 1; i < n && same; ++i)
    same = std::equal(first, first + features, first + i * features);
  if (same) return {};
  const Matrix points = centred(x, n, features, check);
  const Matrix axes = principal_axes(points, dims, workers, check);
  const Watch watch(check, features);
  Matrix scores(dims, n);
  for (int d = 0; d < dims; ++d) {
    for (std::int64_t i = 0; i < n; ++i) {
      watch(i);
      scores.row(d)[i] = dot(points.row(i), axes.row(d), features);
    }
    const double* largest =
        std::max_element(scores.row(d), scores.row(d) + n,
                         [](double a, double b) { return std::abs(a) < std::abs(b); });
    if (*largest < 0)
      for (std::int64_t i = 0; i < n; ++i) scores.row(d)[i] = -scores.row(d)[i];
  }
  const double deviation = std::sqrt(dot(scores.row(0), scores.row(0), n) / double(n));
  if (!(deviation > 0)) return {};
  std::vector<float> y(std::size_t(n * dims));
  for (std::int64_t i = 0; i < n; ++i)
    for (int d = 0; d < dims; ++d)
      y[std::size_t(i * dims + d)] = float(scores.row(d)[i] / deviation * 1e-4);
  return y;
}

}  // namespace pipeline::tsne
