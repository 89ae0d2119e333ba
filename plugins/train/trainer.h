#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "checkpoint_saver.h"
#include "pipeline/nn/callback.h"
#include "pipeline/nn/objective.h"
#include "pipeline/nn/optimizer.h"
#include "pipeline/stage.h"

/// How to train.
struct TrainerOptions {
  std::int64_t epochs = 1;
  int batch_size = 128;
  std::uint64_t seed = 0;  ///< of shuffling, dropout and sampling
  bool shuffle = true;     ///< anew each epoch
};

/// What a training is made of; all of it outlives the trainer.
struct Training {
  pipeline::nn::Network& network;
  const pipeline::nn::Optimizer& optimizer;
  std::vector<pipeline::nn::OutputMetric> metrics;
  std::vector<const pipeline::nn::Callback*> callbacks;
  pipeline::nn::Samples train;
  std::optional<pipeline::nn::Samples> validation;
};

/// The columns of a training's history: loss and metrics, and with validation samples the same with
/// "val_" in front.
pipeline::nn::History history_of(const pipeline::nn::MetricSums& sums, bool validated);

/// Trains a network batch by batch, with Keras' meaning of epoch, batch, loss and metric. Where it
/// stands (weights, the optimizer's slots, history, place in the epoch) is saved as a checkpoint
/// now and then, when the run is stopped and at the end; a trainer that finds one, be it of a
/// training of fewer epochs, goes on from it, to the same bits.
class Trainer {
 public:
  Trainer(const Training& training, const TrainerOptions& options, pipeline::Context& context);

  /// Error if the loss or a weight becomes infinite or not a number, or a checkpoint is not of this
  /// training; Cancelled, with a checkpoint saved, if the run stops.
  void run();
  const pipeline::nn::History& history() const { return history_; }
  /// Weights and then states that callback `index` kept; empty where it kept none.
  std::span<const float> kept(std::size_t index) const { return kept_[index]; }

 private:
  void train_epoch();
  double train_batch(std::span<const std::uint32_t> rows);
  void finish_epoch();
  void ask_callbacks();
  void report();
  void report_batch(std::int64_t samples);
  std::string course() const;
  void look_around();
  [[noreturn]] void complain_loss(double loss);
  void require_finite_weights() const;
  pipeline::Artifact checkpoint() const;
  void restore(const pipeline::Artifact& checkpoint);

  Training training_;
  TrainerOptions options_;
  pipeline::Context& context_;
  pipeline::nn::Threads threads_;
  pipeline::nn::Objective objective_;
  pipeline::nn::MetricSums sums_, validation_sums_;
  std::vector<pipeline::nn::WeightInfo> arrays_;  ///< that the optimizer moves
  CheckpointSaver saver_;

  // Where training stands; what a checkpoint holds, besides the weights.
  pipeline::nn::OptimizerState state_;
  pipeline::nn::History history_;
  std::int64_t epoch_ = 0, batch_ = 0;  ///< the next to do, counted from 0
  double loss_sum_ = 0;                 ///< of the epoch's samples so far
  bool stopped_ = false;                ///< by a callback
  std::vector<std::vector<float>> kept_;
  std::optional<std::chrono::steady_clock::time_point> told_;  ///< the epoch so far
};
