#include "pipeline/plugin.h"
#include "places.h"

namespace metrics {

/// Share of the samples whose target's class is among the k largest outputs: fewer than k outputs
/// are larger than its. Keras' top_k_categorical_accuracy.
class TopKAccuracy : public nn::Metric {
 public:
  void declare(Declaration& d) override {
    d.summary("Share of the samples whose class is among the k largest outputs.");
    d.param("k", k_, "how many").at_least(1);
  }
  std::string name() const override { return "top_" + std::to_string(k_) + "_accuracy"; }
  bool more_is_better() const override { return true; }
  std::size_t sums(const Shape& y, const Shape& target) const override {
    require_classes(y, target);
    return 2;
  }
  void add(const nn::ConstBlock& y, const nn::ConstBlock& target, int lanes,
           std::span<const float> weights, std::span<double> sums) const override {
    each_class(
        y, target, lanes, weights, [&](const std::vector<double>& p, std::size_t t, double w) {
          const auto larger = std::count_if(p.begin(), p.end(), [&](double v) { return v > p[t]; });
          sums[0] += larger < k_ ? w : 0;
          sums[1] += w;
        });
  }
  double value(std::span<const double> sums) const override { return share(sums[0], sums[1]); }

 private:
  std::int64_t k_ = 5;
};

}  // namespace metrics

PIPELINE_COMPONENT("top_k_accuracy", metrics::TopKAccuracy);
