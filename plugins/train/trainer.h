#pragma once
#include <chrono>
#include <span>
#include <vector>

#include "pipeline/nn/model.h"
#include "pipeline/nn/optimizer.h"
#include "pipeline/stage.h"

/// How to train.
struct TrainerOptions {
  std::int64_t epochs = 1;
  int batch_size = 128;
  std::uint64_t seed = 0;  ///< of shuffling, dropout and sampling
  bool shuffle = true;     ///< anew each epoch
};

/// Losses of the epochs that are over, in order.
struct History {
  std::vector<double> loss;        ///< mean over the samples as they were met, dropout on
  std::vector<double> validation;  ///< mean over the validation samples; empty without any
};

/// Trains a network batch by batch, with Keras' meaning of epoch, batch and loss. Where it stands
/// (weights, the optimizer's slots, history, place in the epoch) is saved as a checkpoint every two
/// seconds and when the run is stopped; a trainer that finds one goes on from it, to the same bits.
class Trainer {
 public:
  Trainer(const pipeline::nn::Model& model, pipeline::nn::Network& network,
          const pipeline::nn::Optimizer& optimizer, const TrainerOptions& options,
          pipeline::Context& context);

  /// Trains on plain rows [n][values of a sample]; `validation` may be empty. Error if the loss or
  /// a weight becomes infinite or not a number, or a checkpoint is not of this training; Cancelled,
  /// with a checkpoint saved, if the run stops.
  History run(std::span<const float> train, std::span<const float> validation);

 private:
  void train_epoch(std::span<const float> train);
  double train_batch(std::span<const float> train, std::span<const std::uint32_t> rows);
  void finish_epoch(std::span<const float> validation, std::int64_t rows);
  void report() const;
  void look_around();
  pipeline::Artifact checkpoint() const;
  void restore(const pipeline::Artifact& checkpoint);

  const pipeline::nn::Model& model_;
  pipeline::nn::Network& network_;
  const pipeline::nn::Optimizer& optimizer_;
  TrainerOptions options_;
  pipeline::Context& context_;
  pipeline::nn::Threads threads_;
  pipeline::nn::Executor executor_;

  // Where training stands; what a checkpoint holds, besides the weights.
  pipeline::nn::OptimizerState state_;
  History history_;
  std::int64_t epoch_ = 0, batch_ = 0;  ///< the next to do, counted from 0
  double loss_sum_ = 0;                 ///< of the epoch's samples so far

  std::chrono::steady_clock::time_point saved_ = std::chrono::steady_clock::now();
};
