#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "best_epoch.h"
#include "class_weight.h"
#include "inference.h"
#include "output_metrics.h"
#include "pipeline/nn/trained_model.h"
#include "pipeline/plugin.h"
#include "rows.h"
#include "trainer.h"

namespace {
using namespace pipeline;

/// Trains a model, as Keras' fit does: each epoch goes through all samples in batches, in an order
/// drawn anew; loss and metrics of an epoch are those over its samples as they were met, with
/// dropout and sampling on, and with val_ in front those of the weights at its end, with both off.
/// Initial weights, orders, dropout and sampling all follow from `seed`.
///   train {n, sample…}, train_targets {n, target…}, train_weights {n}, and the same of validation;
///   of a model with several inputs or outputs a list of these
///   -> model, best, history {epoch, loss, metrics…, val_loss, …}
class Fit : public Stage {
 public:
  void declare(Declaration& d) override;
  void preflight(ComponentFactory& components) override;
  void run(Context& context) override;

 private:
  std::int64_t held_out(std::int64_t rows) const;
  bool is_validated() const { return validation_.connected() || validation_split_ > 0; }
  std::vector<const nn::Callback*> callbacks() const;
  void require_validation(const nn::Network& network) const;
  void set_models(nn::Network& network, const Trainer& trainer);
  Table table(const nn::History& history) const;

  TrainerOptions options_;
  std::unique_ptr<nn::Optimizer> optimizer_;
  std::unique_ptr<nn::Model> made_;
  OutputMetrics metrics_;
  std::vector<std::unique_ptr<nn::Callback>> callbacks_;
  std::optional<std::string> keep_best_;
  ClassWeight class_weight_;
  double validation_split_ = 0;
  InputList<float> train_, validation_;
  InputList<Array> train_targets_, validation_targets_;
  Input<float> train_weights_, validation_weights_;
  Input<nn::TrainedModel> initial_;
  Output<nn::TrainedModel> model_, best_;
  Output<Table> history_;
  BestEpoch best_epoch_;
  const RowPorts train_rows_{train_, train_targets_, train_weights_};
  const RowPorts validation_rows_{validation_, validation_targets_, validation_weights_};
};

void Fit::declare(Declaration& d) {
  d.summary("Trains a model on samples, as Keras' fit does");
  d.input("train", train_, "samples to learn from; an array for each input of the model")
      .or_one()
      .rank(2, 64);
  d.input(
       "train_targets", train_targets_,
       "what the model is to give for each: class labels, one-hot rows, values, images; an array "
       "for each output; of an auto-encoder the samples themselves where none are given")
      .or_one()
      .optional()
      .rank(1, 64);
  d.input("train_weights", train_weights_,
          "how much each sample counts in the loss, 1 if not given")
      .optional()
      .rank(1);
  d.input("validation", validation_, "samples whose loss is watched")
      .or_one()
      .optional()
      .rank(2, 64);
  d.input("validation_targets", validation_targets_, "targets of the validation samples")
      .or_one()
      .optional()
      .rank(1, 64);
  d.input("validation_weights", validation_weights_, "weights of the validation samples")
      .optional()
      .rank(1);
  d.input("initial", initial_, "a trained model whose weights to begin with").optional();
  d.output("model", model_, "the trained model");
  d.output("best", best_, "the model after its best epoch; there with 'keep_best'");
  d.output("history", history_,
           "columns epoch, loss, the metrics, and the same with val_ in front");
  d.param("model", made_, "what to train").required();
  d.param("optimizer", optimizer_, "how weights follow their gradient").required();
  // Nothing but the trainer's end may ask for it.
  d.param("epochs", options_.epochs, "times that all samples are gone through")
      .at_most(1e9)
      .extendable();
  d.param("batch_size", options_.batch_size, "samples a step").at_least(1).at_most(65536);
  d.param("seed", options_.seed, "seed of initial weights, shuffling, dropout and sampling");
  d.param("shuffle", options_.shuffle, "go through the samples in another order each epoch");
  d.param("metrics", metrics_,
          "figures of merit beside the loss, such as accuracy; of a model with several outputs "
          "lists by their names");
  d.param("callbacks", callbacks_, "what looks at the training after each epoch, in this order");
  d.param("keep_best", keep_best_, "the figure, such as val_loss, whose best epoch goes to 'best'");
  d.param("class_weight", class_weight_,
          "how much each class counts in the loss: a list, or balanced");
  d.param("validation_split", validation_split_,
          "share of the samples, the last ones, to validate with instead of learning from them")
      .at_least(0)
      .below(1);
}

/// Rows at the end of the training samples that are validated with: Keras' cut.
std::int64_t Fit::held_out(std::int64_t rows) const {
  return rows - std::int64_t(double(rows) * (1 - validation_split_));
}

std::vector<const nn::Callback*> Fit::callbacks() const {
  std::vector<const nn::Callback*> all;
  for (const auto& callback : callbacks_) all.push_back(callback.get());
  if (keep_best_) all.push_back(&best_epoch_);
  return all;
}

void Fit::require_validation(const nn::Network& network) const {
  if (!validation_.connected()) {
    for (const Port* port : {static_cast<const Port*>(&validation_targets_),
                             static_cast<const Port*>(&validation_weights_)})
      if (static_cast<const InputPort*>(port)->connected())
        throw Error(fmt::format("input '{}' is connected, and input 'validation' is not",
                                port->info().name));
    return;
  }
  if (validation_split_ > 0)
    throw Error(
        "input 'validation' is connected, and parameter 'validation_split' holds out samples to "
        "validate with, too; leave one of them away");
  require_rows(validation_rows_, network, "the model, trained on those of input 'train',");
  if (validation_targets_.connected() != train_targets_.connected())
    throw Error(fmt::format("input '{}' is connected, and input '{}' is not",
                            train_targets_.connected() ? "train_targets" : "validation_targets",
                            train_targets_.connected() ? "validation_targets" : "train_targets"));
  if (validation_[0].shape()[0] == 0)
    throw Error("input 'validation' has no samples; expected at least one, or no such input");
}

void Fit::preflight(ComponentFactory& components) {
  const Shape& train = train_[0].shape();
  if (train[0] == 0) throw Error("input 'train' has no samples; expected at least one");
  if (train[0] > std::numeric_limits<std::uint32_t>::max())
    throw Error(
        fmt::format("input 'train' has {} samples; at most 2^32 - 1 are possible", train[0]));
  if (train[0] != kUnknown && validation_split_ > 0 &&
      (held_out(train[0]) == 0 || held_out(train[0]) == train[0]))
    throw Error(fmt::format(
        "a 'validation_split' of {} leaves {} of {} samples to learn from; expected some, and some "
        "to validate with",
        validation_split_, train[0] - held_out(train[0]), train[0]));
  optimizer_->check();
  const nn::Network network = made_->build(samples_of(train_), components);
  require_rows(train_rows_, network, "the model");
  require_validation(network);
  require_fitting_outputs(network);
  const nn::MetricSums sums(network, metrics_.find(network));
  const nn::History columns = history_of(sums, is_validated());
  if (keep_best_) best_epoch_ = BestEpoch(*keep_best_);
  for (const nn::Callback* callback : callbacks()) callback->check(columns);
  if (initial_.connected()) {
    const nn::LoadedModel initial = nn::build(initial_.spec().info, components);
    nn::require_same_weights(network.graph, initial.network.graph);
  }
  const Value info = nn::model_info(*made_, samples_of(train_));
  model_.set_info(info);
  best_.set_info(info);
  best_.set_absent(!keep_best_);
}

void Fit::run(Context& context) {
  nn::Network network = made_->build(samples_of(train_), context.components());
  if (initial_.connected()) nn::set_weights(network.graph, initial_->weights);
  else network.graph.initialise(options_.seed);

  Rows train(train_rows_, network);
  std::optional<Rows> validation;
  if (validation_.connected()) validation.emplace(validation_rows_, network);
  if (class_weight_.is_set()) train.weigh(class_weight_.of(train.classes()));
  const std::int64_t held = held_out(train.count()), learnt = train.count() - held;

  Training training{network,     *optimizer_,           metrics_.find(network),
                    callbacks(), train.part(0, learnt), {}};
  if (validation) training.validation = validation->all();
  else if (held > 0) training.validation = train.part(learnt, held);
  TrainerOptions options = options_;
  options.batch_size = int(std::min<std::int64_t>(options.batch_size, learnt));
  Trainer trainer(training, options, context);
  try {
    trainer.run();
  } catch (const Error&) {  // it diverged: how it came to that is worth a look
    if (trainer.history().epochs() > 0)
      context.leave_if_failed("history", table(trainer.history()));
    throw;
  }
  history_.set(table(trainer.history()));
  set_models(network, trainer);
}

void Fit::set_models(nn::Network& network, const Trainer& trainer) {
  const std::vector<const nn::Callback*> all = callbacks();
  const auto captured = [&](std::size_t callback) {
    const std::span<const float> kept = trainer.kept(callback);
    if (!kept.empty()) {
      const std::span<float> weights = network.graph.weights(), states = network.graph.states();
      std::copy_n(kept.begin(), weights.size(), weights.begin());
      std::copy_n(kept.begin() + std::ptrdiff_t(weights.size()), states.size(), states.begin());
    }
    return nn::capture(*made_, network);
  };
  std::optional<nn::TrainedModel> model = nn::capture(*made_, network);
  for (std::size_t i = 0; i < callbacks_.size(); ++i)
    if (callbacks_[i]->restores()) model = captured(i);
  if (keep_best_) best_.set(captured(all.size() - 1));
  model_.set(std::move(*model));
}

Table Fit::table(const nn::History& history) const {
  std::vector<std::int64_t> epochs;
  for (std::int64_t i = 1; i <= history.epochs(); ++i) epochs.push_back(i);
  Table table;
  table.add("epoch", Array::of(epochs));
  for (const nn::History::Column& column : history.columns())
    table.add(column.name, Array::of(column.values));
  return table;
}

}  // namespace

PIPELINE_COMPONENT("train.fit", Fit);
