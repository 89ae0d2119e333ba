#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "pipeline/plugin.h"
#include "principal.h"
#include "samples.h"

namespace pipeline::analysis {

/// Principal component analysis (scikit-learn's PCA with its full solver).
class Pca : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Principal component analysis: coordinates along the axes of largest variance "
        "(scikit-learn's PCA with the full solver).");
    d.param("n_components", n_components_,
            "how many; below 1, as many as have this share of the variance; by default all")
        .above(0);
    d.param("whiten", whiten_, "divide the coordinates by their standard deviation");
    d.input("fit", fit_, "samples that the axes come from, at least two").rank(2, 64);
    d.input("x", x_, "other samples").optional().rank(2, 64);
    d.input("inverse", inverse_, "coordinates, to be brought back").optional().rank(2);
    d.output("fit", fit_out_, "[samples, components]; f64 of f64 samples, else f32");
    d.output("x", x_out_, "the same of x, where it is connected");
    d.output("inverse", inverse_out_, "samples like those of fit, where it is connected");
    d.output("components", components_, "f64 [components, …], the axes, of length 1");
    d.output("mean", mean_, "f64, of fit");
    d.output("explained_variance", variance_, "f64 [components], along the axes");
    d.output("explained_variance_ratio", ratio_, "f64 [components], the shares of all variance");
  }

  void preflight(ComponentFactory&) override {
    for (const Input<Array>* input : {&fit_, &x_, &inverse_})
      if (input->connected()) require_numbers(*input);
    if (x_.connected()) require_features(x_, x_.shape(), fit_, fit_.shape());
    const std::int64_t samples = fit_.shape()[0], features = features_of(fit_.shape());
    std::int64_t count = kUnknown;
    if (samples != kUnknown && features != kUnknown) count = checked_count(samples, features);
    if (inverse_.connected()) require_coordinates(inverse_.shape()[1], count);
    fit_out_.set_shape({samples, count});
    fit_out_.set_element_type(real_type(fit_.element_type()));
    x_out_.set_absent(!x_.connected());
    if (x_.connected()) {
      x_out_.set_shape({x_.shape()[0], count});
      x_out_.set_element_type(real_type(x_.element_type()));
    }
    inverse_out_.set_absent(!inverse_.connected());
    Shape shape = fit_.shape();
    if (inverse_.connected()) {
      shape[0] = inverse_.shape()[0];
      inverse_out_.set_shape(shape);
      inverse_out_.set_element_type(real_type(inverse_.element_type()));
    }
    shape[0] = count;
    components_.set_shape(shape);
    mean_.set_shape(sample_of(shape));
    variance_.set_shape({count});
    ratio_.set_shape({count});
  }

  void run(Context& context) override {
    const Workers workers(context);
    const Matrix samples = matrix_of(fit_);
    checked_count(samples.rows(), samples.cols());
    const Principal p = principal(samples, workers);
    const std::int64_t count = chosen_count(p);
    const Shape sample = sample_of(fit_->shape());
    const auto put = [&](const Input<Array>& input, Output<Array>& output, const Matrix& from) {
      Matrix coordinates = projected(p, from, count, workers);
      if (whiten_)
        for (std::int64_t i = 0; i < coordinates.rows(); ++i)
          for (std::int64_t c = 0; c < count; ++c) coordinates(i, c) /= deviation(p, c);
      output.set(array_of(coordinates, {count}, real_type(input->dtype())));
    };
    put(fit_, fit_out_, samples);
    if (x_.connected()) {
      require_features(x_, x_->shape(), fit_, fit_->shape());
      put(x_, x_out_, matrix_of(x_));
    }
    if (inverse_.connected()) {
      require_coordinates(inverse_->shape()[1], count);
      inverse_out_.set(
          array_of(brought_back(p, matrix_of(inverse_)), sample, real_type(inverse_->dtype())));
    }
    components_.set(array_of(p.axes.topRows(count), sample, DType::f64));
    mean_.set(Array::of(std::vector<double>(p.mean.begin(), p.mean.end()), sample));
    const auto variance = variance_.allocate({count}), ratio = ratio_.allocate({count});
    for (std::int64_t c = 0; c < count; ++c) {
      variance[std::size_t(c)] = p.variances[c];
      ratio[std::size_t(c)] = p.total > 0 ? p.variances[c] / p.total : 0;
    }
  }

 private:
  static double deviation(const Principal& p, std::int64_t component) {
    const double variance = p.variances[component];
    const double rounding = std::numeric_limits<double>::epsilon() * double(p.mean.size());
    if (variance > rounding * p.total) return std::sqrt(variance);
    throw Error(
        fmt::format("component {} has no variance, by which whitening divides; set "
                    "n_components to fewer",
                    component));
  }

  /// kUnknown for a share.
  std::int64_t checked_count(std::int64_t samples, std::int64_t features) const {
    if (samples < 2)
      throw Error(fmt::format("input 'fit' must have at least 2 samples, got {}", samples));
    const std::int64_t most = std::min(samples, features);
    if (!n_components_) return most;
    if (*n_components_ < 1) return kUnknown;
    if (std::floor(*n_components_) != *n_components_ || *n_components_ > double(most))
      throw Error(
          fmt::format("parameter 'n_components' is {}; {} samples of {} features have 1 to {} "
                      "components (a share of the variance is below 1)",
                      *n_components_, samples, features, most));
    return std::int64_t(*n_components_);
  }

  std::int64_t chosen_count(const Principal& p) const {
    if (!n_components_) return p.axes.rows();
    if (*n_components_ >= 1) return std::int64_t(*n_components_);
    double share = 0;
    std::int64_t count = 0;
    while (count < p.axes.rows() && share <= *n_components_)
      share += p.variances[count++] / (p.total > 0 ? p.total : 1);
    return count;
  }

  void require_coordinates(std::int64_t found, std::int64_t count) const {
    if (found == kUnknown || count == kUnknown || found == count) return;
    throw Error(fmt::format("input 'inverse' has {} coordinates a row, and there are {} components",
                            found, count));
  }

  Matrix brought_back(const Principal& p, const Matrix& coordinates) const {
    Matrix samples(coordinates.rows(), p.mean.size());
    for (std::int64_t i = 0; i < coordinates.rows(); ++i) {
      for (std::int64_t f = 0; f < samples.cols(); ++f) samples(i, f) = p.mean[f];
      for (std::int64_t c = 0; c < coordinates.cols(); ++c) {
        const double along = coordinates(i, c) * (whiten_ ? deviation(p, c) : 1);
        for (std::int64_t f = 0; f < samples.cols(); ++f) samples(i, f) += along * p.axes(c, f);
      }
    }
    return samples;
  }

  std::optional<double> n_components_;
  bool whiten_ = false;
  Input<Array> fit_, x_, inverse_;
  Output<Array> fit_out_, x_out_, inverse_out_;
  Output<double> components_, mean_, variance_, ratio_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("decomposition.pca", pipeline::analysis::Pca);
