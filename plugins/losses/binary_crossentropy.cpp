#include <vector>

#include "pipeline/nn/loss.h"
#include "pipeline/nn/loss_kernels.h"
#include "pipeline/plugin.h"

namespace losses {
using namespace pipeline;

/// Mean over a sample's values of -t·ln p - (1 - t)·ln(1 - p), p being the output clipped to
/// [1e-7, 1 - 1e-7], or the sigmoid of the output where that is a logit z, in the form ln(1 + e^z)
/// - t·z: Keras' binary_crossentropy. With `label_smoothing` s, t becomes t·(1 - s) + s/2. Behind a
/// sigmoid, and from logits, the gradient by its argument is (p - t) / n, which is exact where
/// p(1 - p) is not.
class BinaryCrossentropy : public nn::Loss {
 public:
  void declare(Declaration& d) override {
    d.summary("Cross entropy of outputs and targets in [0, 1]; Keras' binary_crossentropy.");
    d.param("from_logits", from_logits_, "outputs are what a sigmoid would be given");
    d.param("label_smoothing", smoothing_, "how far targets are drawn from 0 and 1 to 1/2")
        .range(0, 1);
  }
  nn::Domain targets(const Shape&) const override { return {0, 1}; }
  nn::Domain outputs() const override { return from_logits_ ? nn::Domain{} : nn::Domain{0, 1}; }

  std::array<double, nn::kLanes> value(const nn::ConstBlock& y,
                                       const nn::ConstBlock& target) const override {
    std::vector<float> room, more;
    const nn::ConstBlock t = smoothed(target, room);
    std::array<double, nn::kLanes> sums =
        from_logits_ ? from_logits(y, t, more) : cross_entropy_sums(y, t);
    for (double& sum : sums) sum /= y.values();
    return sums;
  }
  void gradient(const nn::ConstBlock& y, const nn::ConstBlock& target, float scale,
                const nn::Block& dy) const override {
    std::vector<float> room;
    const nn::ConstBlock t = smoothed(target, room);
    if (!from_logits_) return cross_entropy_gradient(y, t, scale / float(y.values()), dy);
    activate(nn::Activation::sigmoid, y, dy);
    difference(dy, t, scale / float(y.values()), dy);
  }
  bool knows_before(nn::Activation activation) const override {
    return activation == nn::Activation::sigmoid && !from_logits_;
  }
  void gradient_before(nn::Activation, const nn::ConstBlock& y, const nn::ConstBlock& target,
                       float scale, const nn::Block& dy) const override {
    std::vector<float> room;
    difference(y, smoothed(target, room), scale / float(y.values()), dy);
  }

 private:
  nn::Block block_like(const nn::ConstBlock& block, std::vector<float>& room) const {
    room.resize(std::size_t(block.values()) * nn::kLanes);
    return {{block.channels, block.height, block.width, 0}, room.data()};
  }
  nn::ConstBlock smoothed(const nn::ConstBlock& target, std::vector<float>& room) const {
    if (smoothing_ == 0) return target;
    const nn::Block drawn = block_like(target, room);
    map(
        drawn, [&](float t) { return float(double(t) * (1 - smoothing_) + smoothing_ / 2); },
        target);
    return drawn;
  }
  std::array<double, nn::kLanes> from_logits(const nn::ConstBlock& z, const nn::ConstBlock& t,
                                             std::vector<float>& room) const {
    const nn::Block softplus = block_like(z, room);
    activate(nn::Activation::softplus, z, softplus);
    std::array<double, nn::kLanes> sums{};
    for (int c = 0; c < z.channels; ++c)
      for (int r = 0; r < z.height; ++r)
        for (int i = 0; i < z.width * nn::kLanes; ++i)
          sums[std::size_t(i % nn::kLanes)] +=
              double(softplus.row(c, r)[i]) - double(t.row(c, r)[i]) * double(z.row(c, r)[i]);
    return sums;
  }

  bool from_logits_ = false;
  double smoothing_ = 0;
};

}  // namespace losses

PIPELINE_COMPONENT("binary_crossentropy", losses::BinaryCrossentropy);
