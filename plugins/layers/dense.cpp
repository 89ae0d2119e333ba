#include "pipeline/nn/dense.h"

#include "one_input.h"
#include "pipeline/plugin.h"

namespace pipeline::nn {

/// y = activation(kernel·x + bias), fully connected. Samples {inputs} to {units}; weights kernel
/// {units, inputs}, bias {units}.
class Dense : public BatchLayer {
 public:
  void declare(Declaration& d) override {
    d.summary("Fully connected layer: activation(kernel·x + bias).");
    d.param("units", units_, "values that come out").at_least(1).at_most(1 << 24).required();
    d.param("activation", activation_, "what the sums go through");
    d.param("use_bias", use_bias_, "adds a bias to each output");
  }

  Shape build(const std::vector<Shape>& inputs, Builder& builder) override {
    const Shape& x = only_input(inputs);
    if (x.size() != 1)
      throw Error("takes samples of rank 1, got " + to_string(x) +
                  "; put a 'flatten' layer before it");
    builder.weight("kernel", kernel_, {units_, x[0]},
                   Initializer::glorot_uniform(double(x[0]), double(units_)));
    if (use_bias_) builder.weight("bias", bias_, {units_}, Initializer::zeros());
    return {units_};
  }

  void forward_batch(const ForwardBatch& f) override {
    const bool relu = activation_ == Activation::relu;
    dense_forward(kernel_.data(), bias_.data(), *f.x[0], relu, f.y, f.threads);
    if (relu || activation_ == Activation::linear) return;
    f.threads.each(f.y.blocks(), [&](int b) { activate(activation_, f.y.block(b), f.y.block(b)); });
  }

  void backward_batch(const BackwardBatch& f) override {
    if (!f.before_activation && activation_ != Activation::linear)
      f.threads.each(f.y.blocks(), [&](int b) {
        activate_backward(activation_, f.y.block(b), f.dy.block(b), f.dy.block(b));
      });
    dense_backward_weights(*f.x[0], f.dy, f.gradient(kernel_),
                           use_bias_ ? f.gradient(bias_) : nullptr, f.partials, f.threads);
    if (f.dx[0]) dense_backward_data(kernel_.data(), f.dy, *f.dx[0], f.threads);
  }

  Activation activation() const override { return activation_; }

 private:
  std::int64_t units_ = 1;
  Activation activation_ = Activation::linear;
  bool use_bias_ = true;
  Weight kernel_, bias_;
};

}  // namespace pipeline::nn

PIPELINE_COMPONENT("dense", pipeline::nn::Dense);
