#include <algorithm>
#include <vector>

#include "feature_scaler.h"
#include "normal.h"
#include "numpy_random.h"
#include "pipeline/plugin.h"

namespace pipeline::data {
namespace {

using Values = std::vector<double>;

/// Between two points on the line, outside of all the end's value; at a place that several points
/// have, the last one's (numpy.interp).
double interpolated(double x, const Values& places, const Values& values) {
  if (x < places.front()) return values.front();
  const auto after = std::upper_bound(places.begin(), places.end(), x);
  if (after == places.end()) return values.back();
  const auto i = std::size_t(after - places.begin()) - 1;
  return values[i] + (values[i + 1] - values[i]) / (places[i + 1] - places[i]) * (x - places[i]);
}

Values negated(const Values& values) {
  Values result(values.rbegin(), values.rend());
  for (double& value : result) value = -value;
  return result;
}

}  // namespace

/// Gives each feature a uniform or a normal distribution by the ranks of its values (scikit-learn's
/// QuantileTransformer).
class QuantileTransformer : public FeatureScaler {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Gives each feature a uniform or a normal distribution: a value goes to its share among "
        "the quantiles measured on input fit (scikit-learn's QuantileTransformer).");
    d.param("n_quantiles", n_quantiles_, "quantiles to measure; at most the rows of fit")
        .at_least(1);
    d.param("output_distribution", output_distribution_, "what the result is like")
        .choices({"uniform", "normal"});
    d.param("subsample", subsample_, "rows to measure them on, drawn anew for each feature")
        .at_least(1);
    d.param("random_state", random_state_, "seed of that draw");
    declare_ports(d);
    d.output("quantiles", quantiles_out_, "f64 [quantiles, the sample's sizes…]");
  }

 protected:
  void promise(const Shape& sample) override {
    Shape shape = sample;
    shape.insert(shape.begin(), kUnknown);
    quantiles_out_.set_shape(shape);
  }
  void begin(std::size_t features) override {
    random_ = NumpyRandom(random_state_);
    quantiles_.assign(features, {});
    descending_.assign(features, {});
  }
  void learn(std::size_t feature, const Values& column) override {
    references_.clear();
    const auto rows = std::int64_t(column.size()), count = std::min(n_quantiles_, rows);
    // As numpy.linspace has them: quantiles of equal values are told apart by the last bit.
    for (std::int64_t i = 0; i + 1 < count; ++i)
      references_.push_back(double(i) * (1 / double(count - 1)));
    references_.push_back(count == 1 ? 0 : 1);
    references_negated_ = negated(references_);
    Values values = present(subsample_ < rows ? drawn(column) : column);
    if (values.empty()) values = present(column);
    std::sort(values.begin(), values.end());
    for (const double share : references_)
      quantiles_[feature].push_back(percentile(values, share * 100));
    Values& quantiles = quantiles_[feature];
    for (std::size_t i = 1; i < quantiles.size(); ++i)
      quantiles[i] = std::max(quantiles[i], quantiles[i - 1]);
    descending_[feature] = negated(quantiles);
  }
  void tell(const Shape& sample) override {
    Shape shape = sample;
    shape.insert(shape.begin(), std::int64_t(references_.size()));
    const auto out = quantiles_out_.allocate(shape);
    for (std::size_t i = 0; i < references_.size(); ++i)
      for (std::size_t f = 0; f < quantiles_.size(); ++f)
        out[i * quantiles_.size() + f] = quantiles_[f][i];
  }
  double scaled(double value, std::size_t feature, Rounding) const override {
    const Values& quantiles = quantiles_[feature];
    // Of a value that several quantiles have, the middle of their shares.
    double share = 0.5 * (interpolated(value, quantiles, references_) -
                          interpolated(-value, descending_[feature], references_negated_));
    const double margin = normal() ? kBound : 0;
    if (value + margin > quantiles.back() || value == quantiles.back()) share = 1;
    if (value - margin < quantiles.front() || value == quantiles.front()) share = 0;
    return normal() ? normal_quantile(std::clamp(share, kClip, 1 - kClip)) : share;
  }
  double unscaled(double value, std::size_t feature, Rounding) const override {
    const Values& quantiles = quantiles_[feature];
    const double share = normal() ? normal_cdf(value) : value;
    const double margin = normal() ? kBound : 0;
    if (share - margin < 0 || share <= 0) return quantiles.front();
    if (share + margin > 1 || share >= 1) return quantiles.back();
    return interpolated(share, references_, quantiles);
  }

 private:
  // Shares nearer to 0 or 1 would go to infinity; the clipped ones come back as the ends.
  static constexpr double kBound = 1e-7, kClip = kBound - 0x1p-52;
  bool normal() const { return output_distribution_ == "normal"; }

  Values drawn(const Values& column) {
    Values values;
    std::vector<std::int64_t> rows = random_.permutation(std::int64_t(column.size()));
    for (std::int64_t i = 0; i < subsample_; ++i)
      values.push_back(column[std::size_t(rows[std::size_t(i)])]);
    return values;
  }

  std::int64_t n_quantiles_ = 1000, subsample_ = 10000;
  std::string output_distribution_ = "uniform";
  std::uint32_t random_state_ = 0;
  NumpyRandom random_{0};
  Values references_, references_negated_;
  std::vector<Values> quantiles_, descending_;
  Output<double> quantiles_out_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.quantile_transformer", pipeline::data::QuantileTransformer);
