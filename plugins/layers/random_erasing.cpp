#include <array>
#include <cmath>

#include "one_input.h"
#include "pipeline/nn/elementwise.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// In training puts one value over a rectangle of each image (Zhong et al., 2017), anywhere in it:
/// of a share of its area, and a height that is `ratio` times the width, both uniform; torchvision
/// draws the ratio's logarithm. What is drawn depends on the seed, the epoch and the sample's row
/// alone. Samples {channels, height, width}.
class RandomErasing : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("In training puts one value over a rectangle of each image.");
    d.param("rate", rate_, "share of the images that lose a rectangle").range(0, 1);
    d.param("scale", scale_, "share of the area, [lowest, highest]").range(0, 1).items(2, 2);
    d.param("ratio", ratio_, "height by width, [lowest, highest]").range(0.001, 1000).items(2, 2);
    d.param("fill_value", fill_value_, "what the rectangle shows");
  }
  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    for (const auto* bounds : {&scale_, &ratio_})
      if ((*bounds)[0] > (*bounds)[1])
        throw Error(std::string(bounds == &scale_ ? "scale" : "ratio") +
                    " has its lowest above its highest");
    return image_input(inputs);
  }

  void forward(const ForwardBlock& f) const override { erase(f, f.x[0], f.y, float(fill_value_)); }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) erase(f, f.dy, f.dx[0], 0);
  }

 private:
  template <class Step>
  void erase(const Step& f, const ConstBlock& x, const Block& y, float value) const {
    scale(x, 1.0f, y);
    if (!f.pass.training) return;
    std::array<float, std::size_t(8 * kLanes)> draws;
    f.random(purpose::kNoise).uniform(0, 8, draws.data());
    for (int lane = 0; lane < kLanes; ++lane) {
      const auto draw = [&](int i) { return double(draws[std::size_t(i * kLanes + lane)]); };
      const auto between = [&](const std::vector<double>& bounds, int i) {
        return bounds[0] + (bounds[1] - bounds[0]) * draw(i);
      };
      if (draw(0) >= rate_) continue;
      const double area = between(scale_, 1) * y.height * y.width, ratio = between(ratio_, 2);
      const int height = std::min(y.height, int(std::sqrt(area * ratio) + 0.5));
      const int width = std::min(y.width, int(std::sqrt(area / ratio) + 0.5));
      const int top = int(draw(3) * (y.height - height + 1));
      const int left = int(draw(4) * (y.width - width + 1));
      for (int c = 0; c < y.channels; ++c)
        for (int r = top; r < top + height; ++r)
          for (int q = left; q < left + width; ++q) y.at(c, r, q, lane) = value;
    }
  }

  double rate_ = 1, fill_value_ = 0;
  std::vector<double> scale_{0.02, 0.33}, ratio_{0.3, 3.3};
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("random_erasing", pipeline::layers::RandomErasing);
