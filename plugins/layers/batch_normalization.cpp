#include <cmath>
#include <vector>

#include "one_input.h"
#include "pipeline/nn/batch_sum.h"
#include "pipeline/nn/normalise.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// y = gamma·(x - mean) / sqrt(variance + epsilon) + beta, channel by channel (of {features} value
/// by value). In training mean and variance (divided by n) are those of the batch over samples and
/// places, and running ones follow them:
///   moving = momentum·moving + (1 - momentum)·batch's
/// outside of it they are the running ones (Ioffe and Szegedy, 2015). As Keras 3; PyTorch's
/// momentum is 1 - momentum, and its running variance is divided by n - 1. Sums are doubles, in
/// the order of pipeline/nn/batch_sum.h.
class BatchNormalization : public BatchLayer {
 public:
  void declare(Declaration& d) override {
    d.summary("Normalises each channel over the batch (Ioffe and Szegedy, 2015).");
    d.param("momentum", momentum_, "share of the running mean and variance that is kept")
        .range(0, 1);
    d.param("epsilon", epsilon_, "is added to the variance").above(0);
    d.param("center", center_, "adds beta, which is learned");
    d.param("scale", scale_, "multiplies by gamma, which is learned");
  }

  Shape build(const std::vector<Shape>& inputs, Builder& builder) override {
    const Shape& x = only_input(inputs);
    channels_ = std::size_t(Geometry::of(x).channels);
    const Shape shape{std::int64_t(channels_)};
    if (scale_) builder.weight("gamma", gamma_, shape, Initializer::constant(1));
    if (center_) builder.weight("beta", beta_, shape, Initializer::zeros());
    builder.state("moving_mean", moving_mean_, shape, Initializer::zeros());
    builder.state("moving_variance", moving_variance_, shape, Initializer::constant(1));
    return x;
  }

  void forward_batch(const ForwardBatch& f) override {
    if (f.pass.training) {
      measure(f);
      follow(f.state(moving_mean_), mean_);
      follow(f.state(moving_variance_), variance_);
    } else {
      mean_.assign(moving_mean_.data(), moving_mean_.data() + channels_);
      variance_.assign(moving_variance_.data(), moving_variance_.data() + channels_);
    }
    inverse_.resize(channels_);
    std::vector<float> factor(channels_), shift(channels_);
    for (std::size_t c = 0; c < channels_; ++c) {
      inverse_[c] = 1 / std::sqrt(double(variance_[c]) + epsilon_);
      factor[c] = float(inverse_[c] * gamma(c));
      shift[c] = center_ ? beta_.data()[c] : 0.0f;
    }
    f.threads.each(f.y.blocks(), [&](int b) {
      normalise(f.x[0]->block(b), mean_.data(), factor.data(), shift.data(), f.y.block(b));
    });
  }

  void backward_batch(const BackwardBatch& f) override {
    const Batch& x = *f.x[0];
    const double n = count(x);
    const std::vector<double> dy = over_blocks(x, f.threads, [&](int b, double* sums) {
      channel_totals(std::as_const(f.dy).block(b), sums);
    });
    const std::vector<double> products = over_blocks(x, f.threads, [&](int b, double* sums) {
      channel_products(x.block(b), mean_.data(), std::as_const(f.dy).block(b), sums);
    });
    std::vector<float> factor(channels_), by_dy(channels_), by_x(channels_);
    for (std::size_t c = 0; c < channels_; ++c) {
      if (scale_) f.gradient(gamma_)[c] = float(products[c] * inverse_[c]);
      if (center_) f.gradient(beta_)[c] = float(dy[c]);
      factor[c] = float(inverse_[c] * gamma(c));
      // What the batch's mean and variance make of it; running ones do not move with x.
      by_dy[c] = f.pass.training ? float(dy[c] / n) : 0.0f;
      by_x[c] = f.pass.training ? float(products[c] / n * inverse_[c] * inverse_[c]) : 0.0f;
    }
    if (!f.dx[0]) return;
    f.threads.each(x.blocks(), [&](int b) {
      const Block dx = f.dx[0]->block(b);
      normalise_backward(x.block(b), mean_.data(), std::as_const(f.dy).block(b), factor.data(),
                         by_dy.data(), by_x.data(), dx);
      clear_unused_lanes(dx, x.lanes(b));
    });
  }

 private:
  double gamma(std::size_t channel) const { return scale_ ? double(gamma_.data()[channel]) : 1; }
  static double count(const Batch& x) {
    return double(x.samples()) * x.geometry().height * x.geometry().width;
  }

  /// Of each channel the sum over the samples, of which `add` gives a block's, lane by lane.
  std::vector<double> over_blocks(const Batch& x, const Threads& threads,
                                  const std::function<void(int, double*)>& add) const {
    const std::size_t size = channels_ * kLanes;
    std::vector<double> sums(size * std::size_t(x.blocks()));
    threads.each(x.blocks(), [&](int b) { add(b, sums.data() + size * std::size_t(b)); });
    std::vector<double> total(channels_ * std::size_t(chunks(x.blocks())));
    for (int b = 0; b < x.blocks(); ++b) {
      double* const chunk = total.data() + channels_ * std::size_t(b / kChunkBlocks);
      for (std::size_t c = 0; c < channels_; ++c)
        for (int lane = 0; lane < x.lanes(b); ++lane)
          chunk[c] += sums[size * std::size_t(b) + c * kLanes + std::size_t(lane)];
    }
    add_chunks(total.data(), channels_, channels_, chunks(x.blocks()));
    total.resize(channels_);
    return total;
  }

  void measure(const ForwardBatch& f) {
    const Batch& x = *f.x[0];
    const auto means = [&](const std::function<void(int, double*)>& add) {
      std::vector<float> found(channels_);
      const std::vector<double> sums = over_blocks(x, f.threads, add);
      for (std::size_t c = 0; c < channels_; ++c) found[c] = float(sums[c] / count(x));
      return found;
    };
    mean_ = means([&](int b, double* sums) { channel_totals(x.block(b), sums); });
    variance_ =
        means([&](int b, double* sums) { channel_squares(x.block(b), mean_.data(), sums); });
  }

  void follow(float* moving, const std::vector<float>& of_batch) const {
    for (std::size_t c = 0; c < channels_; ++c)
      moving[c] = float(momentum_ * double(moving[c]) + (1 - momentum_) * double(of_batch[c]));
  }

  double momentum_ = 0.99, epsilon_ = 1e-3;
  bool center_ = true, scale_ = true;
  std::size_t channels_ = 0;
  Weight gamma_, beta_, moving_mean_, moving_variance_;
  // Of the pass forward, for the one back.
  std::vector<float> mean_, variance_;
  std::vector<double> inverse_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("batch_normalization", pipeline::layers::BatchNormalization);
