#include <fmt/format.h>

#include <algorithm>

#include "trainer.h"

using namespace pipeline;

namespace {

constexpr const char* kType = "training";
constexpr const char* kRemedy = "; remove it from the folder 'checkpoints' of the cache";

Array copy(std::span<const float> values) {
  return Array::of(std::vector<float>(values.begin(), values.end()));
}
Array copy(std::span<const double> values) {
  return Array::of(std::vector<double>(values.begin(), values.end()));
}

/// The elements of a checkpoint's array, or none where there is no such array.
template <class T>
std::vector<T> elements_of(const Artifact& checkpoint, const std::string& path) {
  const auto found = checkpoint.arrays.find(path);
  if (found == checkpoint.arrays.end()) return {};
  const auto values = found->second.view<T>();
  return {values.begin(), values.end()};
}

template <class T>
void restore(const Artifact& checkpoint, const std::string& path, std::span<T> values) {
  const std::vector<T> saved = elements_of<T>(checkpoint, path);
  if (saved.size() != values.size())
    throw Error(fmt::format("the checkpoint to go on from has {} values of '{}', expected {}{}",
                            saved.size(), path, values.size(), kRemedy));
  std::copy(saved.begin(), saved.end(), values.begin());
}

std::string kept_path(std::size_t callback) { return fmt::format("kept/{}", callback); }

}  // namespace

Artifact Trainer::checkpoint() const {
  Artifact found{kType,
                 {{"epoch", epoch_},
                  {"batch", batch_},
                  {"steps", state_.steps},
                  {"rate_factor", state_.rate_factor},
                  {"stopped", stopped_}},
                 {}};
  found.arrays["weights"] = copy(std::span<const float>(training_.network.graph.weights()));
  if (const std::span<const float> states = training_.network.graph.states(); !states.empty())
    found.arrays["states"] = copy(states);
  const std::vector<std::string> names = training_.optimizer.slots();
  for (std::size_t i = 0; i < names.size(); ++i)
    found.arrays["slots/" + names[i]] = copy(state_.slots[i].span());
  for (std::size_t i = 0; i < kept_.size(); ++i)
    if (!kept_[i].empty()) found.arrays[kept_path(i)] = copy(std::span<const float>(kept_[i]));
  found.arrays["loss_sum"] = Array::of<double>({loss_sum_});
  if (!sums_.sums().empty()) found.arrays["metric_sums"] = copy(sums_.sums());
  for (const nn::History::Column& column : history_.columns())
    if (!column.values.empty()) found.arrays["history/" + column.name] = Array::of(column.values);
  return found;
}

void Trainer::restore(const Artifact& checkpoint) {
  if (checkpoint.type != kType)
    throw Error(fmt::format("the checkpoint to go on from is of type '{}', expected '{}'{}",
                            checkpoint.type, kType, kRemedy));
  const Value attributes(checkpoint.attributes);
  epoch_ = attributes.at("epoch").as_int();
  batch_ = attributes.at("batch").as_int();
  state_.steps = attributes.at("steps").as_int();
  state_.rate_factor = attributes.at("rate_factor").as_real();
  stopped_ = attributes.at("stopped").as_bool();
  for (nn::History::Column& column : history_.columns()) {
    column.values = elements_of<double>(checkpoint, "history/" + column.name);
    if (epoch_ < 0 || batch_ < 0 || std::int64_t(column.values.size()) != epoch_)
      throw Error(fmt::format(
          "the checkpoint to go on from is at epoch {}, batch {}, and has values of '{}' for {} "
          "epochs{}",
          epoch_, batch_, column.name, column.values.size(), kRemedy));
  }
  ::restore(checkpoint, "loss_sum", std::span(&loss_sum_, 1));
  ::restore(checkpoint, "metric_sums", sums_.sums());
  ::restore(checkpoint, "weights", training_.network.graph.weights());
  ::restore(checkpoint, "states", training_.network.graph.states());
  const std::vector<std::string> names = training_.optimizer.slots();
  for (std::size_t i = 0; i < names.size(); ++i)
    ::restore(checkpoint, "slots/" + names[i], state_.slots[i].span());
  for (std::size_t i = 0; i < kept_.size(); ++i)
    kept_[i] = elements_of<float>(checkpoint, kept_path(i));
}
