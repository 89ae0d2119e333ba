#include "distances.h"

#include <algorithm>
#include <cmath>

namespace pipeline::analysis {
namespace {

double part(Metric metric, double a, double b) {
  if (metric == Metric::manhattan) return std::abs(a - b);
  if (metric == Metric::cosine) return a * b;
  return (a - b) * (a - b);
}

template <Metric metric>
void panel_sums(const double* query, const double* panel, std::int64_t features, double* sums) {
  double sum[8] = {};
  for (std::int64_t f = 0; f < features; ++f)
    for (int lane = 0; lane < 8; ++lane) sum[lane] += part(metric, query[f], panel[f * 8 + lane]);
  std::copy(sum, sum + 8, sums);
}

}  // namespace

void declare_metric(Declaration& d, std::string& metric) {
  d.param("metric", metric,
          "euclidean; cosine: 1 less the cosine of the angle between two samples; manhattan: the "
          "sum of the differences")
      .choices({"euclidean", "cosine", "manhattan"});
}

Metric metric_from_name(const std::string& name) {
  if (name == "cosine") return Metric::cosine;
  return name == "manhattan" ? Metric::manhattan : Metric::euclidean;
}

void normalise(Matrix& rows) {
  for (std::int64_t r = 0; r < rows.rows(); ++r) {
    double squares = 0;
    for (std::int64_t f = 0; f < rows.cols(); ++f) squares += rows(r, f) * rows(r, f);
    if (squares == 0) continue;
    for (std::int64_t f = 0; f < rows.cols(); ++f) rows(r, f) /= std::sqrt(squares);
  }
}

Points::Points(Metric metric, const Matrix& points)
    : metric_(metric), count_(points.rows()), features_(points.cols()) {
  Matrix normal;
  if (metric == Metric::cosine) normalise(normal = points);
  const Matrix& from = metric == Metric::cosine ? normal : points;
  panels_.resize(std::size_t((count_ + kPanel - 1) / kPanel * kPanel * features_));
  for (std::int64_t p = 0; p < count_; ++p)
    for (std::int64_t f = 0; f < features_; ++f)
      panels_[std::size_t((p / kPanel * features_ + f) * kPanel + p % kPanel)] = from(p, f);
}

void Points::sums(const double* query, double* out) const {
  const auto panel_sums_of = metric_ == Metric::euclidean ? panel_sums<Metric::euclidean>
                             : metric_ == Metric::cosine  ? panel_sums<Metric::cosine>
                                                          : panel_sums<Metric::manhattan>;
  for (std::int64_t first = 0; first < count_; first += kPanel) {
    double sums[kPanel];
    panel_sums_of(query, panels_.data() + first * features_, features_, sums);
    std::copy(sums, sums + std::min(kPanel, count_ - first), out + first);
  }
}

double Points::finish(double sum) const {
  if (metric_ == Metric::euclidean) return std::sqrt(sum);
  return metric_ == Metric::cosine ? std::clamp(1 - sum, 0.0, 2.0) : sum;
}

void Points::distances(const double* query, double* out) const {
  sums(query, out);
  for (std::int64_t i = 0; i < count_; ++i) out[i] = finish(out[i]);
}

void Points::squared(const double* query, double* out) const { sums(query, out); }

double Points::distance(const double* query, std::int64_t point) const {
  const double* const panel = panels_.data() + point / kPanel * kPanel * features_ + point % kPanel;
  double sum = 0;
  for (std::int64_t f = 0; f < features_; ++f) sum += part(metric_, query[f], panel[f * kPanel]);
  return finish(sum);
}

}  // namespace pipeline::analysis
