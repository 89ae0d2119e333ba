#include <cmath>

#include "pipeline/plugin.h"
#include "places.h"

namespace metrics {

/// A mean over all values of a function of output and target.
class MeanError : public nn::Metric {
 public:
  bool more_is_better() const override { return false; }
  std::size_t sums(const Shape& y, const Shape& target) const override {
    require_alike(y, target);
    return 2;
  }
  void add(const nn::ConstBlock& y, const nn::ConstBlock& target, int lanes,
           std::span<const float> weights, std::span<double> sums) const override {
    each_value(y, target, lanes, weights, [&](double p, double t, double w) {
      sums[0] += w * of(p - t);
      sums[1] += w;
    });
  }
  double value(std::span<const double> sums) const override { return share(sums[0], sums[1]); }

 protected:
  virtual double of(double difference) const = 0;
};

/// Mean of |y - t|.
class MeanAbsoluteError : public MeanError {
 public:
  void declare(Declaration& d) override { d.summary("Mean of the absolute differences."); }

 protected:
  double of(double difference) const override { return std::abs(difference); }
};

/// Mean of (y - t)².
class MeanSquaredError : public MeanError {
 public:
  void declare(Declaration& d) override { d.summary("Mean of the squared differences."); }

 protected:
  double of(double difference) const override { return difference * difference; }
};

/// The root of the mean of (y - t)².
class RootMeanSquaredError : public MeanSquaredError {
 public:
  void declare(Declaration& d) override { d.summary("Root of the mean squared difference."); }
  double value(std::span<const double> sums) const override {
    return std::sqrt(share(sums[0], sums[1]));
  }
};

}  // namespace metrics

PIPELINE_COMPONENT("mean_absolute_error", metrics::MeanAbsoluteError);
PIPELINE_COMPONENT("mean_squared_error", metrics::MeanSquaredError);
PIPELINE_COMPONENT("root_mean_squared_error", metrics::RootMeanSquaredError);
