#include <fmt/format.h>

#include <map>

#include "inference.h"
#include "pipeline/plugin.h"
#include "rows.h"

namespace {
using namespace pipeline;

/// The loss by which the model was trained, over samples, with dropout and sampling off: the mean
/// of the samples' losses with the penalties on weights, as Keras' evaluate has it; and metrics.
///   x {n, sample…}, targets {n, target…}, weights {n} -> loss, and each metric
class Evaluate : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("A trained model's mean loss and metrics over samples, dropout and sampling off");
    d.input("model", model_, "a trained model");
    d.input("x", x_, "samples, of the shape that the model was trained on").rank(2, 64);
    d.input("targets", targets_,
            "what the model should give for each; of an auto-encoder the samples themselves where "
            "none are given")
        .optional()
        .rank(1, 64);
    d.input("weights", weights_, "how much each sample counts, 1 if not given").optional().rank(1);
    d.output("loss", loss_, "the mean loss with the penalties on weights, a scalar");
    d.param("metrics", metrics_,
            "figures of merit beside the loss, such as accuracy; each is an output of its name");
    for (const auto& metric : metrics_)
      d.output(metric->name(), values_[metric->name()], "the metric, a scalar");
  }
  void preflight(ComponentFactory& components) override {
    const nn::Network network = nn::build(model_.spec().info, components).network;
    require_rows(rows_, network, "the model");
    if (x_.shape()[0] == 0)
      throw Error(
          "input 'x' has no samples, and their mean loss is nothing; expected at least one");
    if (network.outputs.size() != 1)
      throw Error(fmt::format("the model has {} outputs; expected one", network.outputs.size()));
    const nn::MetricSums sums(network, metrics_);
    loss_.set_shape({});
    for (auto& [name, output] : values_) output.set_shape({});
  }
  void run(Context& context) override {
    nn::LoadedModel loaded = nn::load(*model_, context.components());
    nn::Network& network = loaded.network;
    const nn::Threads threads(context.threads());
    const Rows rows(rows_, network);
    nn::Objective objective(network, kBatch);
    nn::MetricSums metrics(network, metrics_);
    const double loss =
        nn::evaluate(objective, rows.all(), metrics, kBatch, threads, [&](std::int64_t done) {
          context.progress(done, rows.count());
          context.check_cancelled();
        });
    std::string text = fmt::format("loss {:.6f}", loss);
    const std::vector<double> values = metrics.values();
    for (std::size_t i = 0; i < values.size(); ++i) {
      text += fmt::format(", {} {:.6f}", metrics.names()[i], values[i]);
      values_.at(metrics.names()[i]).set_scalar(values[i]);
    }
    context.log(fmt::format("{} over {} samples", text, rows.count()));
    loss_.set_scalar(loss);
  }

 private:
  static constexpr int kBatch = 128;
  std::vector<std::unique_ptr<nn::Metric>> metrics_;
  Input<nn::TrainedModel> model_;
  Input<float> x_, weights_;
  Input<Array> targets_;
  Output<double> loss_;
  std::map<std::string, Output<double>> values_;
  const RowPorts rows_{x_, targets_, weights_};
};

}  // namespace

PIPELINE_COMPONENT("train.evaluate", Evaluate);
