#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "feature_scaler.h"
#include "pipeline/plugin.h"

namespace pipeline::data {

/// Subtracts each feature's median and divides by a range between quantiles, which outliers do not
/// move (scikit-learn's RobustScaler).
class RobustScaler : public FeatureScaler {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Subtracts the median of each feature, as measured on input fit, and divides by the range "
        "between two quantiles, which outliers do not move (scikit-learn's RobustScaler).");
    d.param("with_centering", with_centering_, "subtract the median");
    d.param("with_scaling", with_scaling_, "divide by the range; a constant feature by 1");
    d.param("quantile_range", quantile_range_, "the two quantiles")
        .items(2, 2)
        .range(0, 100)
        .unit("%");
    declare_ports(d);
    d.output("center", center_out_, "the median of each feature; 0 without with_centering");
    d.output("scale", scale_out_, "what each feature is divided by; 1 without with_scaling");
  }

 protected:
  void promise(const Shape& sample) override {
    if (quantile_range_[0] > quantile_range_[1])
      throw Error(fmt::format("parameter 'quantile_range' must have the lower first, got {} and {}",
                              quantile_range_[0], quantile_range_[1]));
    center_out_.set_shape(sample);
    scale_out_.set_shape(sample);
  }
  void begin(std::size_t features) override {
    center_.assign(features, 0);
    scale_.assign(features, 1);
  }
  void learn(std::size_t feature, const std::vector<double>& column) override {
    std::vector<double> values = present(column);
    std::sort(values.begin(), values.end());
    if (with_centering_) center_[feature] = percentile(values, 50);
    if (with_scaling_)
      scale_[feature] =
          divisor(percentile(values, quantile_range_[1]) - percentile(values, quantile_range_[0]));
  }
  void tell(const Shape& sample) override {
    center_out_.set(Array::of(center_, sample));
    scale_out_.set(Array::of(scale_, sample));
  }
  double scaled(double value, std::size_t feature, Rounding round) const override {
    return round(round(value - center_[feature]) / scale_[feature]);
  }
  double unscaled(double value, std::size_t feature, Rounding round) const override {
    return round(round(value * scale_[feature]) + center_[feature]);
  }

 private:
  bool with_centering_ = true, with_scaling_ = true;
  std::vector<double> quantile_range_ = {25, 75};
  std::vector<double> center_, scale_;
  Output<double> center_out_, scale_out_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.robust_scaler", pipeline::data::RobustScaler);
