#include "pipeline/nn/dense.h"

#include "ending.h"
#include "one_input.h"
#include "pipeline/nn/weight_params.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// y = activation(kernel·x + bias), fully connected. Samples {inputs} to {units}; weights kernel
/// {units, inputs}, bias {units}.
class Dense : public BatchLayer {
 public:
  void declare(Declaration& d) override {
    d.summary("Fully connected layer: activation(kernel·x + bias).");
    d.param("units", units_, "values that come out").at_least(1).at_most(1 << 24).required();
    ending_.declare(d);
    d.param("use_bias", use_bias_, "adds a bias to each output");
    kernel_params_.declare(d, "kernel");
    bias_params_.declare(d, "bias");
  }

  Shape build(const std::vector<Shape>& inputs, Builder& builder) override {
    const Shape& x = only_input(inputs);
    if (x.size() != 1)
      throw Error("takes samples of rank 1, got " + to_string(x) +
                  "; put a 'flatten' layer before it");
    builder.weight("kernel", kernel_, {units_, x[0]},
                   kernel_params_.initializer.of(double(x[0]), double(units_)),
                   kernel_params_.rules);
    if (use_bias_)
      builder.weight("bias", bias_, {units_},
                     bias_params_.initializer.of(double(units_), double(units_)),
                     bias_params_.rules);
    ending_.build({units_}, builder);
    return {units_};
  }

  void forward_batch(const ForwardBatch& f) override {
    const bool relu = ending_.function == Activation::relu;
    dense_forward(kernel_.data(), bias_.data(), *f.x[0], relu, f.y, f.threads);
    if (relu || ending_.function == Activation::linear) return;
    f.threads.each(f.y.blocks(), [&](int b) {
      ending_.forward(f.y.block(b), f.kept + f.block_kept * std::size_t(b));
    });
  }

  void backward_batch(const BackwardBatch& f) override {
    if (!f.before_activation && ending_.function != Activation::linear)
      f.threads.each(f.y.blocks(), [&](int b) {
        ending_.backward(f.y.block(b), f.dy.block(b), f.kept + f.block_kept * std::size_t(b),
                         false);
      });
    dense_backward_weights(*f.x[0], f.dy, f.gradient(kernel_),
                           use_bias_ ? f.gradient(bias_) : nullptr, f.partials, f.threads);
    if (f.dx[0]) dense_backward_data(kernel_.data(), f.dy, *f.dx[0], f.threads);
  }

  Activation activation() const override { return ending_.activation(); }

 private:
  std::int64_t units_ = 1;
  Ending ending_;
  bool use_bias_ = true;
  WeightParams kernel_params_, bias_params_{.initializer = {"zeros", {}}};
  Weight kernel_, bias_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("dense", pipeline::layers::Dense);
