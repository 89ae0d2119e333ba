#include "one_input.h"
#include "pipeline/nn/elementwise.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// In training sets a share `rate` of the values to zero and multiplies the others by 1 / (1 -
/// rate) (Srivastava et al., 2014, inverted as Keras does it); else passes them on. What is dropped
/// depends on seed, epoch, the sample's row and the value's place. Samples of any shape.
class Dropout : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("In training sets a share of the values to zero and scales the others up.");
    // Nearer to 1 a float is 1.
    d.param("rate", rate_, "share of values set to zero").at_least(0).at_most(0.999999).required();
  }
  Shape build(const std::vector<Shape>& inputs, Builder&) override { return only_input(inputs); }

  void forward(const ForwardBlock& f) const override { mask(f, f.x[0], f.y); }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) mask(f, f.dy, f.dx[0]);
  }

 private:
  /// The same draws forward and back, so that nothing has to be kept.
  template <class Step>
  void mask(const Step& f, const ConstBlock& x, const Block& y) const {
    if (f.pass.training) f.random(purpose::kDropout).dropout(float(rate_), x, y);
    else scale(x, 1.0f, y);
  }

  double rate_ = 0.5;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("dropout", pipeline::layers::Dropout);
