#include <cmath>
#include <limits>
#include <vector>

#include "feature_scaler.h"
#include "pipeline/plugin.h"

namespace pipeline::data {
namespace {

/// Mean and population variance in double precision: two passes, the second with the correction of
/// Chan, Golub and LeVeque (1983), as in scikit-learn.
struct Moments {
  double count, mean = 0, variance = 0;
};

Moments moments_of(const std::vector<double>& values) {
  Moments m{double(values.size())};
  for (const double value : values) m.mean += value;
  m.mean /= m.count;
  double correction = 0;
  for (const double value : values) {
    const double difference = value - m.mean;
    correction += difference;
    m.variance += difference * difference;
  }
  m.variance = (m.variance - correction * correction / m.count) / m.count;
  return m;
}

/// The standard deviation, or 1 where that is nothing but rounding.
double scale_of(const Moments& m) {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  const double error = m.count * m.mean * kEpsilon;
  return m.variance <= m.count * kEpsilon * m.variance + error * error ? 1 : std::sqrt(m.variance);
}

}  // namespace

/// Makes the mean of each feature 0 and its standard deviation 1 (scikit-learn's StandardScaler).
class StandardScaler : public FeatureScaler {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Makes the mean of each feature 0 and its standard deviation 1, as measured on input fit "
        "(scikit-learn's StandardScaler).");
    d.param("with_mean", with_mean_, "subtract the mean");
    d.param("with_std", with_std_, "divide by the standard deviation; a constant feature by 1");
    declare_ports(d);
    d.output("mean", mean_out_, "of each feature of fit; 0 without with_mean");
    d.output("scale", scale_out_, "what each feature is divided by; 1 without with_std");
  }

 protected:
  void promise(const Shape& sample) override {
    mean_out_.set_shape(sample);
    scale_out_.set_shape(sample);
  }
  void begin(std::size_t features) override {
    mean_.assign(features, 0);
    scale_.assign(features, 1);
  }
  void learn(std::size_t feature, const std::vector<double>& column) override {
    const Moments moments = moments_of(present(column));
    if (with_mean_) mean_[feature] = moments.mean;
    if (with_std_) scale_[feature] = scale_of(moments);
  }
  void tell(const Shape& sample) override {
    mean_out_.set(Array::of(mean_, sample));
    scale_out_.set(Array::of(scale_, sample));
  }
  double scaled(double value, std::size_t feature, Rounding round) const override {
    return round(round(value - mean_[feature]) / scale_[feature]);
  }
  double unscaled(double value, std::size_t feature, Rounding round) const override {
    return round(round(value * scale_[feature]) + mean_[feature]);
  }

 private:
  bool with_mean_ = true, with_std_ = true;
  std::vector<double> mean_, scale_;
  Output<double> mean_out_, scale_out_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.standard_scaler", pipeline::data::StandardScaler);
