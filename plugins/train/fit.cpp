#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "inference.h"
#include "pipeline/plugin.h"
#include "trainer.h"

namespace {
using namespace pipeline;

/// Trains a model to give back what it is given, as Keras' fit does: each epoch goes through all
/// samples in batches, in an order drawn anew; the loss of an epoch is the mean over its samples as
/// they were met, with dropout and sampling on, and the validation loss that of the weights at its
/// end, with both off. Initial weights, orders, dropout and sampling all follow from `seed`.
///   train {n, sample…}, validation {m, sample…} -> model, history {epoch, loss, val_loss}
class Fit : public Stage {
 public:
  void declare(Declaration& d) override;
  void preflight(ComponentFactory& components) override;
  void run(Context& context) override;

 private:
  Table table(const History& history) const;

  TrainerOptions options_;
  std::unique_ptr<nn::Optimizer> optimizer_;
  std::unique_ptr<nn::Model> made_;
  Input<float> train_, validation_;
  Input<nn::TrainedModel> initial_;
  Output<nn::TrainedModel> model_;
  Output<Table> history_;
};

void Fit::declare(Declaration& d) {
  d.summary("Trains a model on samples, as Keras' fit does");
  d.input("train", train_, "samples to learn from").rank(2, 64);
  d.input("validation", validation_, "samples whose loss is watched").optional().rank(2, 64);
  d.input("initial", initial_, "a trained model whose weights to begin with").optional();
  d.output("model", model_, "the trained model");
  d.output("history", history_, "columns epoch, loss and, with validation samples, val_loss");
  d.param("model", made_, "what to train").required();
  d.param("optimizer", optimizer_, "how weights follow their gradient").required();
  d.param("epochs", options_.epochs, "times that all samples are gone through")
      .at_least(1)
      .at_most(1e9);
  d.param("batch_size", options_.batch_size, "samples a step").at_least(1).at_most(65536);
  d.param("seed", options_.seed, "seed of initial weights, shuffling, dropout and sampling");
  d.param("shuffle", options_.shuffle, "go through the samples in another order each epoch");
}

void Fit::preflight(ComponentFactory& components) {
  const Shape& train = train_.shape();
  if (train[0] == 0) throw Error("input 'train' has no samples; expected at least one");
  if (train[0] > std::numeric_limits<std::uint32_t>::max())
    throw Error(
        fmt::format("input 'train' has {} samples; at most 2^32 - 1 are possible", train[0]));
  const Shape sample = sample_of(train);
  nn::Network network = made_->build(sample, components);
  if (validation_.connected()) {
    require_samples(validation_, sample, "the model, trained on those of input 'train',");
    if (validation_.shape()[0] == 0)
      throw Error("input 'validation' has no samples; expected at least one, or no such input");
  }
  if (initial_.connected()) {
    const nn::LoadedModel initial = nn::build(initial_.spec().info, components);
    nn::require_same_weights(network.graph, initial.network.graph);
  }
  model_.set_info(nn::model_info(*made_, sample));
}

void Fit::run(Context& context) {
  nn::Network network = made_->build(sample_of(train_->shape()), context.components());
  if (initial_.connected()) nn::set_weights(network.graph, initial_->weights);
  else network.graph.initialise(options_.seed);
  TrainerOptions options = options_;
  options.batch_size = int(std::min<std::int64_t>(options.batch_size, train_->shape()[0]));
  Trainer trainer(*made_, network, *optimizer_, options, context);
  const bool watched = validation_.connected();
  const History history =
      trainer.run(train_.view(), watched ? validation_.view() : std::span<const float>());
  model_.set(nn::capture(*made_, network));
  history_.set(table(history));
}

Table Fit::table(const History& history) const {
  std::vector<std::int64_t> epochs;
  for (std::size_t i = 1; i <= history.loss.size(); ++i) epochs.push_back(std::int64_t(i));
  Table table;
  table.add("epoch", Array::of(epochs));
  table.add("loss", Array::of(history.loss));
  if (validation_.connected()) table.add("val_loss", Array::of(history.validation));
  return table;
}

}  // namespace

PIPELINE_COMPONENT("train.fit", Fit);
