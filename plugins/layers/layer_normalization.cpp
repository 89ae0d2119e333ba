#include "one_input.h"
#include "pipeline/nn/normalise.h"
#include "pipeline/nn/weight_params.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// y = gamma·(x - mean) / sqrt(variance + epsilon) + beta with the mean and variance (divided by n)
/// of a sample's channels at each place: of {features} all its values (Ba et al., 2016). As Keras,
/// whose last axis are the channels; PyTorch's LayerNorm of an image takes all its values, and an
/// epsilon of 1e-5. Weights gamma and beta {channels}.
class LayerNormalization : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Normalises the channels at each place of each sample (Ba et al., 2016).");
    d.param("epsilon", epsilon_, "is added to the variance").above(0);
    d.param("center", center_, "adds beta, which is learned");
    d.param("scale", scale_, "multiplies by gamma, which is learned");
  }

  Shape build(const std::vector<Shape>& inputs, Builder& builder) override {
    const Shape& x = only_input(inputs);
    const Shape channels{Geometry::of(x).channels};
    if (scale_) builder.weight("gamma", gamma_, channels, Initializer::constant(1));
    if (center_) builder.weight("beta", beta_, channels, Initializer::zeros());
    return x;
  }

  void forward(const ForwardBlock& f) const override {
    place_normalise(f.x[0], gamma_.data(), beta_.data(), float(epsilon_), f.y);
  }
  void backward(const BackwardBlock& f) const override {
    place_normalise_backward(f.x[0], gamma_.data(), float(epsilon_), f.dy, f.dx[0],
                             scale_ ? f.gradient(gamma_) : nullptr,
                             center_ ? f.gradient(beta_) : nullptr);
  }

 private:
  double epsilon_ = 1e-3;
  bool center_ = true, scale_ = true;
  Weight gamma_, beta_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("layer_normalization", pipeline::layers::LayerNormalization);
