#include <array>
#include <string>
#include <vector>

#include "pipeline/error.h"
#include "pipeline/nn/elementwise.h"
#include "pipeline/nn/layer.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// How far a Gaussian of mean m and log standard deviation s is from a standard normal one (Kingma
/// and Welling, 2014, appendix B): one value a sample, for a model to add to its loss.
///   standard: -1/2 · sum over the values of (1 + 2s - m² - e^2s)
///   lecture:  -1/2 · mean over the values of (1 + s - m² - e^s)
/// The second takes s for the logarithm of a variance, though `gaussian_sampling` takes it for that
/// of a standard deviation: so the course that the pipelines follow has it, and so has much code
/// since the first examples of Keras. Two inputs of one shape, m and s.
class KlDivergence : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Divergence of a Gaussian from a standard normal one, a value a sample.");
    d.param("form", form_, "standard, or lecture: with s for a variance's logarithm, and a mean")
        .choices({"standard", "lecture"});
  }

  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    if (inputs.size() != 2)
      throw Error("takes two inputs, mean and log_sigma, got " + std::to_string(inputs.size()));
    if (inputs[0] != inputs[1])
      throw Error("mean is of shape " + to_string(inputs[0]) + ", and log_sigma of " +
                  to_string(inputs[1]) + "; they have to be equal");
    lecture_ = form_ == "lecture";
    power_ = lecture_ ? 1.0f : 2.0f;
    share_ = lecture_ ? 1 / double(elements(inputs[0])) : 1;
    return {1};
  }

  void forward(const ForwardBlock& f) const override {
    const ConstBlock m = f.x[0], s = f.x[1];
    std::vector<float> room;
    const Block width = widths(s, room);
    std::array<double, kLanes> sums{};
    each(m, [&](int c, int r, int i) {
      const double mean = m.row(c, r)[i];
      sums[std::size_t(i % kLanes)] +=
          1 + double(power_ * s.row(c, r)[i]) - mean * mean - double(width.row(c, r)[i]);
    });
    for (int lane = 0; lane < kLanes; ++lane)
      f.y.at(0, 0, 0, lane) = float(-0.5 * share_ * sums[std::size_t(lane)]);
  }

  void backward(const BackwardBlock& f) const override {
    const ConstBlock m = f.x[0], s = f.x[1];
    const float* dy = f.dy.row(0, 0);
    const float share = float(share_);
    std::vector<float> room;
    const Block width = widths(s, room);
    each(m, [&](int c, int r, int i) {
      const float d = dy[i % kLanes] * share;
      if (f.dx[0]) f.dx[0].row(c, r)[i] = d * m.row(c, r)[i];
      if (f.dx[1]) f.dx[1].row(c, r)[i] = 0.5f * power_ * d * (width.row(c, r)[i] - 1.0f);
    });
  }

 private:
  template <class F>
  static void each(const ConstBlock& block, F f) {
    for (int c = 0; c < block.channels; ++c)
      for (int r = 0; r < block.height; ++r)
        for (int i = 0; i < block.width * kLanes; ++i) f(c, r, i);
  }
  /// e^s, or e^2s: the variance.
  Block widths(const ConstBlock& s, std::vector<float>& room) const {
    room.resize(std::size_t(s.values()) * kLanes);
    const Block width({s.channels, s.height, s.width, 0}, room.data());
    scale(s, power_, width);
    exp(width, width);
    return width;
  }

  std::string form_ = "standard";
  bool lecture_ = false;
  float power_ = 2;
  double share_ = 1;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("kl_divergence", pipeline::layers::KlDivergence);
