#include "pipeline/plugin.h"
#include "places.h"

namespace metrics {

/// R² = 1 - sum of (t - y)² / sum of (t - mean of t)², of each value of a sample over the samples;
/// then the mean over the values (Keras' R2Score, scikit-learn's r2_score with uniform averages).
class R2Score : public nn::Metric {
 public:
  void declare(Declaration& d) override {
    d.summary("Share of the targets' variance that the outputs explain (R²).");
  }
  bool more_is_better() const override { return true; }
  std::size_t sums(const Shape& y, const Shape& target) const override {
    require_alike(y, target);
    return kSums * std::size_t(elements(y));
  }
  void add(const nn::ConstBlock& y, const nn::ConstBlock& target, int lanes,
           std::span<const float> weights, std::span<double> sums) const override {
    const std::size_t values = std::size_t(y.values());
    std::size_t i = 0;
    each_value(y, target, lanes, weights, [&](double p, double t, double w) {
      double* of_value = sums.data() + kSums * (i++ % values);
      // Targets are taken from the first one, lest large ones lose the variance.
      if (of_value[kWeight] == 0) of_value[kFirst] = t;
      const double d = t - of_value[kFirst];
      of_value[kResidual] += w * (t - p) * (t - p);
      of_value[kTotal] += w * d;
      of_value[kSquares] += w * d * d;
      of_value[kWeight] += w;
    });
  }
  double value(std::span<const double> sums) const override {
    double mean = 0;
    for (std::size_t i = 0; i < sums.size(); i += kSums) {
      const double variance =
          sums[i + kSquares] - share(sums[i + kTotal] * sums[i + kTotal], sums[i + kWeight]);
      mean +=
          variance == 0 ? (sums[i + kResidual] == 0 ? 1 : 0) : 1 - sums[i + kResidual] / variance;
    }
    return mean / double(sums.size() / kSums);
  }

 private:
  enum { kFirst, kResidual, kTotal, kSquares, kWeight };
  static constexpr std::size_t kSums = 5;
};

}  // namespace metrics

PIPELINE_COMPONENT("r2_score", metrics::R2Score);
