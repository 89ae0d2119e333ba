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

/// The doubles of a checkpoint's array, or none where there is no such array.
std::vector<double> doubles(const Artifact& checkpoint, const std::string& path) {
  const auto found = checkpoint.arrays.find(path);
  if (found == checkpoint.arrays.end()) return {};
  const auto values = found->second.view<double>();
  return {values.begin(), values.end()};
}

void restore(const Artifact& checkpoint, const std::string& path, std::span<float> values) {
  const auto found = checkpoint.arrays.find(path);
  const std::int64_t size = found == checkpoint.arrays.end() ? 0 : found->second.size();
  if (size != std::int64_t(values.size()))
    throw Error(fmt::format("the checkpoint to go on from has {} values of '{}', expected {}{}",
                            size, path, values.size(), kRemedy));
  const auto saved = found->second.view<float>();
  std::copy(saved.begin(), saved.end(), values.begin());
}

}  // namespace

Artifact Trainer::checkpoint() const {
  Artifact found{kType, {{"epoch", epoch_}, {"batch", batch_}, {"steps", state_.steps}}, {}};
  found.arrays["weights"] = copy(network_.graph.weights());
  const std::vector<std::string> names = optimizer_.slots();
  for (std::size_t i = 0; i < names.size(); ++i)
    found.arrays["slots/" + names[i]] = copy(state_.slots[i].span());
  found.arrays["loss_sum"] = Array::of<double>({loss_sum_});
  if (!history_.loss.empty()) found.arrays["loss"] = Array::of(history_.loss);
  if (!history_.validation.empty()) found.arrays["val_loss"] = Array::of(history_.validation);
  return found;
}

void Trainer::restore(const Artifact& checkpoint) {
  if (checkpoint.type != kType)
    throw Error(fmt::format("the checkpoint to go on from is of type '{}', expected '{}'{}",
                            checkpoint.type, kType, kRemedy));
  const Value attributes(checkpoint.attributes);
  const std::vector<double> loss_sum = doubles(checkpoint, "loss_sum");
  history_ = {doubles(checkpoint, "loss"), doubles(checkpoint, "val_loss")};
  epoch_ = attributes.at("epoch").as_int();
  batch_ = attributes.at("batch").as_int();
  state_.steps = attributes.at("steps").as_int();
  if (loss_sum.size() != 1 || epoch_ < 0 || batch_ < 0 ||
      std::int64_t(history_.loss.size()) != epoch_)
    throw Error(
        fmt::format("the checkpoint to go on from is at epoch {}, batch {}, and has {} losses "
                    "of epochs{}",
                    epoch_, batch_, history_.loss.size(), kRemedy));
  loss_sum_ = loss_sum[0];
  ::restore(checkpoint, "weights", network_.graph.weights());
  const std::vector<std::string> names = optimizer_.slots();
  for (std::size_t i = 0; i < names.size(); ++i)
    ::restore(checkpoint, "slots/" + names[i], state_.slots[i].span());
}
