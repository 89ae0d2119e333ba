#include <vector>

#include "pipeline/error.h"
#include "pipeline/nn/elementwise.h"
#include "pipeline/nn/layer.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// z = mean + exp(log_sigma)·ε with ε normal of standard deviation `stddev`, drawn anew each epoch:
/// the reparametrisation trick (Kingma and Welling, 2014). Outside training z = mean. Two inputs of
/// one shape, z_mean and z_log_sigma. The draws depend on seed, epoch, the sample's row and the
/// value's place.
class GaussianSampling : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("In training draws mean + exp(log_sigma)·ε; else gives the mean.");
    d.param("stddev", stddev_, "standard deviation of ε").at_least(0);
  }

  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    if (inputs.size() != 2)
      throw Error("takes two inputs, mean and log_sigma, got " + std::to_string(inputs.size()));
    if (inputs[0] != inputs[1])
      throw Error("mean is of shape " + to_string(inputs[0]) + ", and log_sigma of " +
                  to_string(inputs[1]) + "; they have to be equal");
    return inputs[0];
  }

  void forward(const ForwardBlock& f) const override {
    if (!f.pass.training) return scale(f.x[0], 1.0f, f.y);
    std::vector<float> room;
    sample_gaussian(f.x[0], f.x[1], noise(f, room), f.y);
  }

  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) scale(f.dy, 1.0f, f.dx[0]);
    if (!f.dx[1]) return;
    if (!f.pass.training) return scale(f.dy, 0.0f, f.dx[1]);
    std::vector<float> room;
    sample_gaussian_backward(f.dy, f.x[1], noise(f, room), f.dx[1]);
  }

  /// As in the course's tables, where a function of its own draws.
  std::string class_name() const override { return "Lambda"; }

 private:
  template <class Step>
  ConstBlock noise(const Step& f, std::vector<float>& room) const {
    room.resize(std::size_t(f.y.values()) * kLanes);
    f.random(purpose::kNoise).normal(0, f.y.values(), room.data());
    for (float& value : room) value *= float(stddev_);
    return {{f.y.channels, f.y.height, f.y.width, 0}, room.data()};
  }

  double stddev_ = 1;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("gaussian_sampling", pipeline::layers::GaussianSampling);
