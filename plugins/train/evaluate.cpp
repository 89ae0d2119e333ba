#include <fmt/format.h>

#include "inference.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// The loss by which the model was trained, over samples, with dropout and sampling off: the mean
/// of the samples' losses.
class Evaluate : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("A trained model's mean loss over samples, dropout and sampling off");
    d.input("model", model_, "a trained model");
    d.input("x", x_, "samples, of the shape that the model was trained on").rank(2, 64);
    d.output("loss", loss_, "the mean loss, a scalar");
  }
  void preflight(ComponentFactory& components) override {
    const nn::Network network = nn::build(model_.spec().info, components).network;
    require_samples(x_, network.graph.shape(network.input), "the model");
    if (x_.shape()[0] == 0)
      throw Error(
          "input 'x' has no samples, and their mean loss is nothing; expected at least one");
    loss_.set_shape({});
  }
  void run(Context& context) override {
    nn::LoadedModel loaded = nn::load(*model_, context.components());
    const nn::Threads threads(context.threads());
    const std::int64_t rows = x_->shape()[0];
    nn::Executor executor(loaded.network.graph, kBatch);
    const double loss = nn::mean_loss(*loaded.model, loaded.network, executor, kBatch, x_.view(),
                                      threads, [&](std::int64_t done) {
                                        context.progress(done, rows);
                                        context.check_cancelled();
                                      });
    context.log(fmt::format("loss {:.6f} over {} samples", loss, rows));
    loss_.set_scalar(loss);
  }

 private:
  static constexpr int kBatch = 128;
  Input<nn::TrainedModel> model_;
  Input<float> x_;
  Output<double> loss_;
};

}  // namespace

PIPELINE_COMPONENT("train.evaluate", Evaluate);
