#include <cmath>

#include "pipeline/plugin.h"
#include "places.h"

namespace metrics {

/// Area under the curve of the share of positives that are found over that of negatives that are
/// taken for positives, as the threshold falls from 1 to 0; trapezoids between `num_thresholds`
/// thresholds, evenly spread (Keras' AUC with its defaults). Outputs are probabilities, targets 0
/// or 1; values of a sample count one by one.
class Auc : public nn::Metric {
 public:
  void declare(Declaration& d) override {
    d.summary("Area under the receiver operating characteristic's curve; Keras' AUC.");
    d.param("num_thresholds", thresholds_, "as many thresholds").at_least(3).at_most(100000);
  }
  bool more_is_better() const override { return true; }
  std::size_t sums(const Shape& y, const Shape& target) const override {
    require_alike({elements(y)}, {elements(target)});
    return 2 * std::size_t(thresholds_ + 1);
  }
  /// Counts what lies between two thresholds: positives first, then negatives.
  void add(const nn::ConstBlock& y, const nn::ConstBlock& target, int lanes,
           std::span<const float> weights, std::span<double> sums) const override {
    each_value(y, target, lanes, weights, [&](double p, double t, double w) {
      std::int64_t above = 0;  // thresholds that p is above
      if (p > 1) above = thresholds_;
      else if (p > 0)
        above = std::min(thresholds_ - 1, std::int64_t(std::ceil(p * double(thresholds_ - 1))));
      else if (p == 0) above = 1;  // the lowest threshold lies just below 0
      sums[std::size_t(above) + (t > 0.5 ? 0 : std::size_t(thresholds_ + 1))] += w;
    });
  }
  double value(std::span<const double> sums) const override {
    const std::size_t count = std::size_t(thresholds_ + 1);
    double positives = 0, negatives = 0, found = 0, area = 0;
    for (std::size_t i = 0; i < count; ++i) positives += sums[i], negatives += sums[count + i];
    for (std::size_t i = count; i-- > 0; found += sums[i])
      area += share(found + sums[i] / 2, positives) * share(sums[count + i], negatives);
    return area;
  }

 private:
  std::int64_t thresholds_ = 200;
};

}  // namespace metrics

PIPELINE_COMPONENT("auc", metrics::Auc);
