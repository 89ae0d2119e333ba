#include <vector>

#include "one_input.h"
#include "pipeline/nn/elementwise.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// In training adds normal noise of mean 0 to each value; else passes samples on. The draws depend
/// on seed, epoch, the sample's row and the value's place. Samples of any shape.
class GaussianNoise : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("In training adds normal noise to each value.");
    d.param("stddev", stddev_, "standard deviation of the noise").at_least(0).required();
  }
  Shape build(const std::vector<Shape>& inputs, Builder&) override { return only_input(inputs); }

  void forward(const ForwardBlock& f) const override {
    if (!f.pass.training) return scale(f.x[0], 1.0f, f.y);
    std::vector<float> room(std::size_t(f.y.values()) * kLanes);
    f.random(purpose::kNoise).normal(0, f.y.values(), room.data());
    const Block noise({f.y.channels, f.y.height, f.y.width, 0}, room.data());
    scale(noise, float(stddev_), noise);
    add(f.x[0], noise, f.y);
  }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) scale(f.dy, 1.0f, f.dx[0]);
  }

 private:
  double stddev_ = 1;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("gaussian_noise", pipeline::layers::GaussianNoise);
