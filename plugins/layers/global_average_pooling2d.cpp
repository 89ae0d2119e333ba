#include <vector>

#include "one_input.h"
#include "pipeline/nn/normalise.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// Of each channel the mean over the image. Samples {channels, height, width} to {channels}.
class GlobalAveragePooling2d : public Layer {
 public:
  void declare(Declaration& d) override { d.summary("Mean of each channel of an image."); }
  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    return {image_input(inputs)[0]};
  }
  void forward(const ForwardBlock& f) const override {
    std::vector<double> sums(std::size_t(f.y.channels) * kLanes);
    channel_totals(f.x[0], sums.data());
    for (int c = 0; c < f.y.channels; ++c)
      for (int lane = 0; lane < kLanes; ++lane)
        f.y.at(c, 0, 0, lane) = float(sums[std::size_t(c * kLanes + lane)] / places(f.x[0]));
  }
  void backward(const BackwardBlock& f) const override {
    const Block& dx = f.dx[0];
    if (!dx) return;
    const float share = float(1 / places(f.x[0]));
    for (int c = 0; c < dx.channels; ++c)
      for (int r = 0; r < dx.height; ++r)
        for (int i = 0; i < dx.width * kLanes; ++i)
          dx.row(c, r)[i] = f.dy.row(c, 0)[i % kLanes] * share;
  }
  std::string class_name() const override { return "GlobalAveragePooling2D"; }

 private:
  static double places(const ConstBlock& x) { return double(x.height) * x.width; }
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("global_average_pooling2d", pipeline::layers::GlobalAveragePooling2d);
