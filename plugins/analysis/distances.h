#pragma once
#include <string>
#include <vector>

#include "matrix.h"
#include "pipeline/declaration.h"

// Distances in double precision, summed over the features in their order: no two ways of computing
// one give other bits.

namespace pipeline::analysis {

enum class Metric { euclidean, cosine, manhattan };

/// Declares the parameter `metric`.
void declare_metric(Declaration& d, std::string& metric);
Metric metric_from_name(const std::string& name);  ///< of those that declare_metric() allows

/// For cosine: each row divided by its length; a row of zeros stays.
void normalise(Matrix& rows);

/// Points in panels of eight, one beside the other, so that eight distances are summed at once.
class Points {
 public:
  /// For cosine the points are normalised here; queries have to be by the caller.
  Points(Metric metric, const Matrix& points);
  std::int64_t count() const { return count_; }
  std::int64_t features() const { return features_; }
  /// Of the metric; queries and `out` have features() and count() values.
  void distances(const double* query, double* out) const;
  /// Squared, of a Euclidean metric.
  void squared(const double* query, double* out) const;
  /// To one point; of the metric.
  double distance(const double* query, std::int64_t point) const;

 private:
  static constexpr std::int64_t kPanel = 8;
  /// Before what finish() does to it.
  void sums(const double* query, double* out) const;
  double finish(double sum) const;

  Metric metric_;
  std::int64_t count_, features_;
  std::vector<double> panels_;  ///< [panel][feature][8], zeros after the last point
};

}  // namespace pipeline::analysis
