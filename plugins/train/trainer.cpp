#include "trainer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace pipeline;

namespace {
constexpr std::chrono::seconds kCheckpointEvery{2};
}

Trainer::Trainer(const nn::Model& model, nn::Network& network, const nn::Optimizer& optimizer,
                 const TrainerOptions& options, Context& context)
    : model_(model),
      network_(network),
      optimizer_(optimizer),
      options_(options),
      context_(context),
      threads_(context.threads()),
      executor_(network.graph, options.batch_size),
      state_(optimizer, network.graph.weights().size()) {}

History Trainer::run(std::span<const float> train, std::span<const float> validation) {
  const std::int64_t rows =
      std::int64_t(train.size()) / elements(network_.graph.shape(network_.input));
  if (const auto found = context_.load_checkpoint()) restore(*found);
  report();
  while (epoch_ < options_.epochs) {
    train_epoch(train);
    finish_epoch(validation, rows);
    report();
  }
  return history_;
}

void Trainer::train_epoch(std::span<const float> train) {
  const std::int64_t n =
      std::int64_t(train.size()) / elements(network_.graph.shape(network_.input));
  std::vector<std::uint32_t> order;
  if (options_.shuffle) {
    order = nn::permutation(std::uint32_t(n), options_.seed, std::uint32_t(epoch_));
  } else {
    order.resize(std::size_t(n));
    std::iota(order.begin(), order.end(), 0u);
  }
  for (; batch_ * options_.batch_size < n; ++batch_) {
    look_around();
    const std::int64_t first = batch_ * options_.batch_size;
    const std::int64_t count = std::min<std::int64_t>(options_.batch_size, n - first);
    const double loss =
        train_batch(train, std::span(order).subspan(std::size_t(first), std::size_t(count)));
    if (!std::isfinite(loss))
      throw Error(fmt::format(
          "the loss became {} in epoch {}, batch {}: look for values in the training samples that "
          "are not finite or out of the loss's range, or lower the optimizer's learning_rate",
          std::abs(loss), epoch_ + 1, batch_ + 1));
    loss_sum_ += loss;
  }
}

/// The sum of the samples' losses, before the step that is taken.
double Trainer::train_batch(std::span<const float> train, std::span<const std::uint32_t> rows) {
  nn::Pass pass{true, options_.seed, std::uint32_t(epoch_), rows, &threads_};
  nn::Batch& input = executor_.input(network_.input);
  input.gather(train, rows, threads_);
  executor_.forward(pass, {network_.input}, model_.loss_nodes(network_));
  const nn::LossPoint at{network_, executor_, input, threads_};
  const std::vector<double> losses = model_.loss(at);
  executor_.backward(pass, model_.loss_gradient(at));
  nn::update(optimizer_, network_.graph.weights(), executor_.weight_gradients(), state_, threads_,
             network_.graph.weight_infos());
  return std::accumulate(losses.begin(), losses.end(), 0.0);
}

void Trainer::finish_epoch(std::span<const float> validation, std::int64_t rows) {
  if (!validation.empty())
    history_.validation.push_back(nn::mean_loss(model_, network_, executor_, options_.batch_size,
                                                validation, threads_,
                                                [&](std::int64_t) { look_around(); }));
  // The loss of a batch is taken before its step: what the last one did shows in the weights.
  const std::span<const float> weights = network_.graph.weights();
  if (!std::all_of(weights.begin(), weights.end(), [](float w) { return std::isfinite(w); }))
    throw Error(fmt::format(
        "a weight became infinite or not a number in epoch {}: lower the optimizer's learning_rate",
        epoch_ + 1));
  history_.loss.push_back(loss_sum_ / double(rows));
  loss_sum_ = 0;
  batch_ = 0;
  ++epoch_;
}

void Trainer::report() const {
  std::vector<std::pair<std::string, double>> figures;
  if (!history_.loss.empty()) figures.emplace_back("loss", history_.loss.back());
  if (!history_.validation.empty()) figures.emplace_back("val_loss", history_.validation.back());
  context_.progress(epoch_, options_.epochs, std::move(figures));
}

/// Saves where training stands if that is due, and stops if the run does.
void Trainer::look_around() {
  const bool stopping = context_.cancelled();
  const auto now = std::chrono::steady_clock::now();
  if (stopping || now - saved_ >= kCheckpointEvery) {
    context_.save_checkpoint(checkpoint());
    saved_ = std::chrono::steady_clock::now();
  }
  if (stopping) throw Cancelled();
}
