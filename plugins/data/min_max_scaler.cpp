#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "feature_scaler.h"
#include "pipeline/plugin.h"

namespace pipeline::data {

/// Maps each feature's least and greatest value onto an interval (scikit-learn's MinMaxScaler).
class MinMaxScaler : public FeatureScaler {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Maps the least and the greatest value of each feature, as measured on input fit, onto an "
        "interval (scikit-learn's MinMaxScaler). A constant feature becomes the interval's lower "
        "end.");
    d.param("feature_range", feature_range_, "the interval").items(2, 2);
    d.param("clip", clip_, "cut off what other samples have outside of it");
    declare_ports(d);
    d.output("min", min_out_, "the least value of each feature of fit");
    d.output("max", max_out_, "the greatest value of each feature of fit");
  }

 protected:
  void promise(const Shape& sample) override {
    if (!(feature_range_[0] < feature_range_[1]))
      throw Error(
          fmt::format("parameter 'feature_range' must be two numbers, the lower first, got "
                      "{} and {}",
                      feature_range_[0], feature_range_[1]));
    min_out_.set_shape(sample);
    max_out_.set_shape(sample);
  }
  void begin(std::size_t features) override {
    for (auto* values : {&min_, &max_, &factor_, &offset_}) values->assign(features, 0);
  }
  void learn(std::size_t feature, const std::vector<double>& column) override {
    const std::vector<double> values = present(column);
    const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
    min_[feature] = *least;
    max_[feature] = *greatest;
    factor_[feature] = (feature_range_[1] - feature_range_[0]) / divisor(*greatest - *least);
    offset_[feature] = feature_range_[0] - *least * factor_[feature];
  }
  void tell(const Shape& sample) override {
    min_out_.set(Array::of(min_, sample));
    max_out_.set(Array::of(max_, sample));
  }
  double scaled(double value, std::size_t feature, Rounding round) const override {
    const double y = round(round(value * factor_[feature]) + offset_[feature]);
    return clip_ ? std::clamp(y, feature_range_[0], feature_range_[1]) : y;
  }
  double unscaled(double value, std::size_t feature, Rounding round) const override {
    return round(round(value - offset_[feature]) / factor_[feature]);
  }

 private:
  std::vector<double> feature_range_ = {0, 1};
  bool clip_ = false;
  std::vector<double> min_, max_, factor_, offset_;
  Output<double> min_out_, max_out_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.min_max_scaler", pipeline::data::MinMaxScaler);
