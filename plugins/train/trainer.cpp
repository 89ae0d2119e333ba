#include "trainer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>

using namespace pipeline;

nn::History history_of(const nn::MetricSums& sums, bool validated) {
  std::vector<nn::History::Column> columns;
  for (const char* prefix : {"", "val_"}) {
    columns.push_back({std::string(prefix) + "loss"});
    for (const nn::OutputMetric& metric : sums.metrics())
      columns.push_back({prefix + metric.name, metric.metric->more_is_better()});
    if (!validated) break;
  }
  return nn::History(std::move(columns));
}

Trainer::Trainer(const Training& training, const TrainerOptions& options, Context& context)
    : training_(training),
      options_(options),
      context_(context),
      threads_(context.threads()),
      objective_(training.network, options.batch_size),
      sums_(training.network, training.metrics),
      validation_sums_(training.network, training.metrics),
      arrays_(training.network.graph.trainable_infos()),
      saver_(context),
      state_(training.optimizer, training.network.graph.weights().size()),
      history_(history_of(sums_, training.validation.has_value())),
      kept_(training.callbacks.size()) {}

void Trainer::run() {
  if (const auto found = context_.load_checkpoint()) restore(*found);
  report();
  while (epoch_ < options_.epochs && !stopped_) {
    train_epoch();
    finish_epoch();
    report();
  }
  saver_.save(checkpoint());  // a longer training goes on from here
  saver_.wait();
}

void Trainer::train_epoch() {
  const std::int64_t n = training_.train.rows;
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
    loss_sum_ += train_batch(std::span(order).subspan(std::size_t(first), std::size_t(count)));
    report_batch(first + count);
  }
}

/// The sum of the samples' losses with the penalties on weights, before the step that is taken.
double Trainer::train_batch(std::span<const std::uint32_t> rows) {
  const nn::Pass pass{true, options_.seed, std::uint32_t(epoch_), rows, &threads_};
  nn::Graph& graph = training_.network.graph;
  objective_.load(training_.train, rows, threads_);
  const std::vector<double> losses = objective_.forward(pass);
  const double loss =
      std::accumulate(losses.begin(), losses.end(), 0.0) + graph.penalty() * double(rows.size());
  if (!std::isfinite(loss)) complain_loss(loss);
  sums_.add(objective_);
  objective_.backward(pass);
  graph.add_penalty_gradients(objective_.executor().weight_gradients());
  nn::update(training_.optimizer, graph.weights(), objective_.executor().weight_gradients(), state_,
             threads_, arrays_);
  graph.constrain();
  return loss;
}

void Trainer::finish_epoch() {
  std::vector<double> figures{loss_sum_ / double(training_.train.rows)};
  const auto append = [&](const std::vector<double>& more) {
    figures.insert(figures.end(), more.begin(), more.end());
  };
  append(sums_.values());
  if (training_.validation) {
    const double loss =
        nn::evaluate(objective_, *training_.validation, validation_sums_, options_.batch_size,
                     threads_, [&](std::int64_t) { look_around(); });
    append({loss});
    append(validation_sums_.values());
  }
  // The loss of a batch is taken before its step: what the last one did shows in the weights.
  require_finite_weights();
  for (std::size_t i = 0; i < figures.size(); ++i)
    history_.columns()[i].values.push_back(figures[i]);
  loss_sum_ = 0;
  sums_.clear();
  batch_ = 0;
  ++epoch_;
  ask_callbacks();
}

void Trainer::ask_callbacks() {
  nn::Graph& graph = training_.network.graph;
  for (std::size_t i = 0; i < training_.callbacks.size(); ++i) {
    const nn::Verdict verdict = training_.callbacks[i]->after_epoch(history_);
    if (verdict.keep) {
      kept_[i].assign(graph.weights().begin(), graph.weights().end());
      kept_[i].insert(kept_[i].end(), graph.states().begin(), graph.states().end());
    }
    if (verdict.stop) stopped_ = true;
    state_.rate_factor *= verdict.rate;
    if (!verdict.says.empty()) context_.log(fmt::format("epoch {}: {}", epoch_, verdict.says));
  }
}

/// The figures of the last epoch that is over.
void Trainer::report() {
  std::vector<std::pair<std::string, double>> figures;
  for (const nn::History::Column& column : history_.columns())
    if (!column.values.empty()) figures.emplace_back(column.name, column.values.back());
  context_.progress(epoch_, options_.epochs, std::move(figures));
}

/// Now and then, the figures of the epoch so far.
void Trainer::report_batch(std::int64_t samples) {
  constexpr auto kInterval = std::chrono::milliseconds(200);
  const auto now = std::chrono::steady_clock::now();
  if (told_ && now - *told_ < kInterval) return;
  told_ = now;
  std::vector<std::pair<std::string, double>> figures{{"batch", double(batch_ + 1)},
                                                      {"loss", loss_sum_ / double(samples)}};
  const std::vector<double> values = sums_.values();
  for (std::size_t i = 0; i < values.size(); ++i)
    figures.emplace_back(sums_.metrics()[i].name, values[i]);
  context_.progress(epoch_, options_.epochs, std::move(figures));
}

/// Saves where training stands if that is due, and stops if the run does.
void Trainer::look_around() {
  const bool stopping = context_.cancelled();
  if (stopping || saver_.due()) saver_.save(checkpoint());
  if (!stopping) return;
  saver_.wait();
  throw Cancelled();
}

/// "; the loss of epochs 3 to 5 was 0.31, 0.28, 0.4, and that of epoch 6 up to then 2.5"
std::string Trainer::course() const {
  constexpr std::int64_t kShown = 3;
  const std::vector<double>& losses = history_.columns().front().values;
  const std::int64_t over = history_.epochs(), first = std::max<std::int64_t>(0, over - kShown);
  std::string text;
  if (over > 0)
    text = fmt::format("; the loss of {} was {:.6g}",
                       over - first == 1 ? fmt::format("epoch {}", over)
                                         : fmt::format("epochs {} to {}", first + 1, over),
                       fmt::join(losses.begin() + first, losses.end(), ", "));
  const std::int64_t samples = std::min(batch_ * options_.batch_size, training_.train.rows);
  if (samples > 0)
    text += fmt::format("{} that of epoch {} up to then {:.6g}", text.empty() ? ";" : ", and",
                        epoch_ + 1, loss_sum_ / double(samples));
  return text;
}

void Trainer::complain_loss(double loss) {
  const std::string first = objective_.executor().first_not_finite();
  throw Error(fmt::format(
      "the loss became {} in epoch {}, batch {}{}: look for values in the training samples that "
      "are not finite or out of the loss's range, or lower the optimizer's learning_rate{}",
      std::abs(loss), epoch_ + 1, batch_ + 1,
      first.empty() ? ", though what each layer gives is finite"
                    : fmt::format(", first in what layer '{}' gives", first),
      course()));
}

void Trainer::require_finite_weights() const {
  nn::Graph& graph = training_.network.graph;
  for (const nn::WeightInfo& info : graph.weight_infos()) {
    const std::span<const float> values = graph.values(info);
    if (!std::all_of(values.begin(), values.end(), [](float w) { return std::isfinite(w); }))
      throw Error(
          fmt::format("weight '{}' became infinite or not a number in epoch {}: lower the "
                      "optimizer's learning_rate{}",
                      info.path, epoch_ + 1, course()));
  }
}
