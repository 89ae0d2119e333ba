#include <fmt/format.h>

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "element_types.h"
#include "pipeline/plugin.h"

namespace pipeline::data {
namespace {

/// Mean and population variance of each feature, in double precision, without the values that are
/// not numbers (NaN). Two passes, the second with the correction of Chan, Golub and LeVeque (1983),
/// as in scikit-learn.
struct Moments {
  std::vector<double> mean, variance, count;
};

template <class T>
Moments moments_of(std::span<const T> x, std::size_t features) {
  Moments m{std::vector<double>(features), std::vector<double>(features),
            std::vector<double>(features)};
  std::vector<double> correction(features);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double value = double(x[i]);
    if (std::isinf(value))
      throw Error(fmt::format("input 'fit' must be finite, got {} in row {}", value, i / features));
    if (std::isnan(value)) continue;
    m.mean[i % features] += value;
    m.count[i % features] += 1;
  }
  for (std::size_t f = 0; f < features; ++f) m.mean[f] /= m.count[f];
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (std::isnan(double(x[i]))) continue;
    const double difference = double(x[i]) - m.mean[i % features];
    correction[i % features] += difference;
    m.variance[i % features] += difference * difference;
  }
  for (std::size_t f = 0; f < features; ++f)
    m.variance[f] = (m.variance[f] - correction[f] * correction[f] / m.count[f]) / m.count[f];
  return m;
}

/// What a feature is divided by: its standard deviation, or 1 where that is nothing but rounding.
double scale_of(double mean, double variance, double count) {
  constexpr double kEpsilon = std::numeric_limits<double>::epsilon();
  const double error = count * mean * kEpsilon;
  return variance <= count * kEpsilon * variance + error * error ? 1 : std::sqrt(variance);
}

template <class T, class F>
void transform(std::span<const T> in, std::span<F> out, const std::vector<double>* mean,
               const std::vector<double>* scale, std::size_t features) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    // Rounded after each of the two steps, as arrays of this type would be.
    double value = double(in[i]);
    if (mean) value = F(value - (*mean)[i % features]);
    if (scale) value = F(value / (*scale)[i % features]);
    out[i] = F(value);
  }
}

}  // namespace

/// Makes the mean of each feature 0 and its standard deviation 1 (scikit-learn's StandardScaler).
class StandardScaler : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Makes the mean of each feature 0 and its standard deviation 1, as measured on input fit "
        "(scikit-learn's StandardScaler).");
    d.param("with_mean", with_mean_, "subtract the mean");
    d.param("with_std", with_std_, "divide by the standard deviation; a constant feature by 1");
    d.input("fit", fit_, "samples that the means and deviations come from").rank(1, 64);
    d.input("x", x_, "other samples of the same shape").optional().rank(1, 64);
    d.input("other", other_, "still other samples of the same shape").optional().rank(1, 64);
    d.output("fit", fit_out_, "fit, scaled: f64 stays f64, all other types become f32");
    d.output("x", x_out_, "x, scaled, where it is connected");
    d.output("other", other_out_, "other, scaled, where it is connected");
    d.output("mean", mean_, "of each feature of fit; 0 without with_mean");
    d.output("scale", scale_, "what each feature is divided by; 1 without with_std");
  }

  void preflight(ComponentFactory&) override {
    for (auto [in, out] : ports()) {
      out->set_absent(!in->connected());
      if (!in->connected()) continue;
      require_numbers(*in);
      if (!compatible(sample(in->shape()), sample(fit_.shape())))
        throw Error(fmt::format("input '{}' has samples of {}, and fit of {}: they must be alike",
                                in->info().name, to_string(sample(in->shape())),
                                to_string(sample(fit_.shape()))));
      out->set_shape(in->shape());
      out->set_element_type(in->element_type() == DType::f64 ? DType::f64 : DType::f32);
    }
    mean_.set_shape(sample(fit_.shape()));
    scale_.set_shape(sample(fit_.shape()));
  }

  void run(Context& context) override {
    const Shape features_shape = sample(fit_->shape());
    const auto features = std::size_t(elements(features_shape));
    if (fit_->shape()[0] == 0) throw Error("input 'fit' must have at least one sample, got none");
    const Moments moments =
        with_elements(fit_.get(), [&](auto values) { return moments_of(values, features); });
    const auto mean = mean_.allocate(features_shape);
    const auto scale = scale_.allocate(features_shape);
    for (std::size_t f = 0; f < features; ++f) {
      mean[f] = with_mean_ ? moments.mean[f] : 0;
      scale[f] = with_std_ ? scale_of(moments.mean[f], moments.variance[f], moments.count[f]) : 1;
    }
    const std::vector<double> means(mean.begin(), mean.end()), scales(scale.begin(), scale.end());
    for (auto [in, out] : ports()) {
      context.check_cancelled();
      if (in->connected()) out->set(scaled(in->get(), means, scales));
    }
  }

 private:
  struct Pair {
    Input<Array>* in;
    Output<Array>* out;
  };
  std::array<Pair, 3> ports() {
    return {{{&fit_, &fit_out_}, {&x_, &x_out_}, {&other_, &other_out_}}};
  }
  static Shape sample(const Shape& shape) { return Shape(shape.begin() + 1, shape.end()); }

  Array scaled(const Array& x, const std::vector<double>& means,
               const std::vector<double>& scales) const {
    Array out(x.dtype() == DType::f64 ? DType::f64 : DType::f32, x.shape());
    const auto* mean = with_mean_ ? &means : nullptr;
    const auto* scale = with_std_ ? &scales : nullptr;
    with_elements(x, [&](auto in) {
      if (out.dtype() == DType::f64)
        transform(in, out.mutable_view<double>(), mean, scale, means.size());
      else transform(in, out.mutable_view<float>(), mean, scale, means.size());
    });
    return out;
  }

  bool with_mean_ = true, with_std_ = true;
  Input<Array> fit_, x_, other_;
  Output<Array> fit_out_, x_out_, other_out_;
  Output<double> mean_, scale_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.standard_scaler", pipeline::data::StandardScaler);
