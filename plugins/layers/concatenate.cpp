#include "copy_part.h"
#include "pipeline/error.h"
#include "pipeline/nn/layer.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// The channels of its inputs, one after the other: of images of one height and width, or of
/// samples of rank 1, whose values are the channels.
class Concatenate : public Layer {
 public:
  void declare(Declaration& d) override { d.summary("Puts the channels of its inputs together."); }

  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    if (inputs.size() < 2)
      throw Error("takes two inputs or more, got " + std::to_string(inputs.size()));
    Shape y = inputs[0];
    for (std::size_t i = 1; i < inputs.size(); ++i) {
      const Shape& x = inputs[i];
      if (x.size() != y.size() || !std::equal(x.begin() + 1, x.end(), y.begin() + 1))
        throw Error("input 1 is of shape " + to_string(inputs[0]) + ", and input " +
                    std::to_string(i + 1) + " of " + to_string(x) +
                    "; all sizes but the first have to be equal");
      y[0] += x[0];
    }
    if (y.size() == 2)
      throw Error("takes samples of rank 1 or images of shape channels×height×width, got " +
                  to_string(inputs[0]) + "; a 'reshape' before it can make either of them");
    return y;
  }

  void forward(const ForwardBlock& f) const override {
    int channel = 0;
    for (const ConstBlock& x : f.x) {
      copy_part(x, {}, f.y, {channel}, x);
      channel += x.channels;
    }
  }
  void backward(const BackwardBlock& f) const override {
    int channel = 0;
    for (std::size_t i = 0; i < f.x.size(); ++i) {
      if (f.dx[i]) copy_part(f.dy, {channel}, f.dx[i], {}, f.dx[i]);
      channel += f.x[i].channels;
    }
  }
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("concatenate", pipeline::layers::Concatenate);
