#include <fmt/format.h>

#include <map>

#include "inference.h"
#include "output_metrics.h"
#include "pipeline/plugin.h"
#include "rows.h"

namespace {
using namespace pipeline;

/// The loss by which the model was trained, over samples, with dropout and sampling off: the mean
/// of the samples' losses with the penalties on weights, as Keras' evaluate has it; and metrics.
///   x {n, sample…}, targets {n, target…}, weights {n} -> loss, and each metric;
///   of a model with several inputs or outputs lists of samples and targets
class Evaluate : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("A trained model's mean loss and metrics over samples, dropout and sampling off");
    d.input("model", model_, "a trained model");
    d.input("x", x_,
            "samples, of the shape that the model was trained on; an array for each input of the "
            "model")
        .or_one()
        .rank(2, 64);
    d.input("targets", targets_,
            "what the model should give for each, an array for each output; of an auto-encoder the "
            "samples themselves where none are given")
        .or_one()
        .optional()
        .rank(1, 64);
    d.input("weights", weights_, "how much each sample counts, 1 if not given").optional().rank(1);
    d.output("loss", loss_, "the mean loss with the penalties on weights, a scalar");
    d.param(
        "metrics", metrics_,
        "figures of merit beside the loss, such as accuracy; each is an output of its name. Of a "
        "model with several outputs lists by their names; then 'digit_accuracy'");
    for (const std::string& name : metrics_.names())
      d.output(name, values_[name], "the metric, a scalar");
  }
  void preflight(ComponentFactory& components) override {
    const nn::Network network = nn::build(model_.spec().info, components).network;
    require_rows(rows_, network, "the model");
    if (x_[0].shape()[0] == 0)
      throw Error(
          "input 'x' has no samples, and their mean loss is nothing; expected at least one");
    const nn::MetricSums sums(network, metrics_.find(network));
    loss_.set_shape({});
    for (auto& [name, output] : values_) output.set_shape({});
  }
  void run(Context& context) override {
    nn::LoadedModel loaded = nn::load(*model_, context.components());
    nn::Network& network = loaded.network;
    const nn::Threads threads(context.threads());
    const Rows rows(rows_, network);
    nn::Objective objective(network, kBatch);
    nn::MetricSums metrics(network, metrics_.find(network));
    const double loss =
        nn::evaluate(objective, rows.all(), metrics, kBatch, threads, [&](std::int64_t done) {
          context.progress(done, rows.count());
          context.check_cancelled();
        });
    std::string text = fmt::format("loss {:.6f}", loss);
    const std::vector<double> values = metrics.values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string& name = metrics.metrics()[i].name;
      text += fmt::format(", {} {:.6f}", name, values[i]);
      values_.at(name).set_scalar(values[i]);
    }
    context.log(fmt::format("{} over {} samples", text, rows.count()));
    loss_.set_scalar(loss);
  }

 private:
  static constexpr int kBatch = 128;
  OutputMetrics metrics_;
  Input<nn::TrainedModel> model_;
  InputList<float> x_;
  InputList<Array> targets_;
  Input<float> weights_;
  Output<double> loss_;
  std::map<std::string, Output<double>> values_;
  const RowPorts rows_{x_, targets_, weights_};
};

}  // namespace

PIPELINE_COMPONENT("train.evaluate", Evaluate);
