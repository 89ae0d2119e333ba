#include "pipeline/plugin.h"
#include "places.h"

namespace metrics {

/// Share of the samples (of images: of the places) whose largest output is the target's class. Of a
/// single output the class is whether it is above 1/2. Keras' accuracy, which chooses between
/// binary, categorical and sparse in the same way.
class Accuracy : public nn::Metric {
 public:
  void declare(Declaration& d) override {
    d.summary("Share of the samples whose largest output is the target's class.");
  }
  bool more_is_better() const override { return true; }
  std::size_t sums(const Shape& y, const Shape& target) const override {
    if (elements(y) == 1) require_alike({elements(y)}, {elements(target)});
    else require_classes(y, target);
    return 2;
  }
  void add(const nn::ConstBlock& y, const nn::ConstBlock& target, int lanes,
           std::span<const float> weights, std::span<double> sums) const override {
    const auto count = [&](bool right, double weight) {
      sums[0] += right ? weight : 0;
      sums[1] += weight;
    };
    if (y.values() == 1)
      each_value(y, target, lanes, weights,
                 [&](double p, double t, double w) { count((p > 0.5) == (t > 0.5), w); });
    else
      each_class(
          y, target, lanes, weights,
          [&](const std::vector<double>& p, std::size_t t, double w) { count(argmax(p) == t, w); });
  }
  double value(std::span<const double> sums) const override { return share(sums[0], sums[1]); }
};

}  // namespace metrics

PIPELINE_COMPONENT("accuracy", metrics::Accuracy);
