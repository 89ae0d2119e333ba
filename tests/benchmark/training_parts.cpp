// training_parts PIPELINE IMAGES EPOCHS THREADS [LABELS]: where the time of an epoch of a
// pipeline's `fit` stage goes, in seconds, after two epochs of warm-up; a line for each part, and
// one for them all. The steps are those of the trainer of plugins/train. The files are those of
// training_epochs.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>

#include "pipeline/nn/model.h"
#include "pipeline/nn/objective.h"
#include "pipeline/nn/optimizer.h"
#include "pipeline/testing.h"
#include "training_pipeline.h"

using namespace pipeline;

namespace {

/// Trains epoch by epoch, and adds up what each part of a step takes.
class Parts {
 public:
  Parts(const Value::Map& params, const Shape& sample, ComponentFactory& components, int threads)
      : model_(components.make_from<nn::Model>(params.at("model"))),
        network_(model_->build({sample}, components)),
        optimizer_(components.make_from<nn::Optimizer>(params.at("optimizer"))),
        threads_(threads),
        objective_(network_, kBatch),
        state_(*optimizer_, network_.graph.weights().size()) {
    network_.graph.initialise(1);
  }

  /// Learns to give the targets, or the images themselves where there are none.
  void epoch(std::span<const float> images, std::span<const float> targets) {
    const std::int64_t n =
        std::int64_t(images.size()) / elements(network_.graph.shape(network_.inputs[0]));
    const std::vector<std::uint32_t> order = nn::permutation(std::uint32_t(n), 1, epoch_);
    for (std::size_t first = 0; first < order.size(); first += kBatch)
      batch(images, targets.empty() ? images : targets,
            std::span(order).subspan(first, std::min(kBatch, order.size() - first)));
    ++epoch_;
  }
  void forget() { seconds_.clear(); }
  const std::map<std::string, double>& seconds() const { return seconds_; }

 private:
  static constexpr std::size_t kBatch = 128;

  void batch(std::span<const float> images, std::span<const float> targets,
             std::span<const std::uint32_t> rows) {
    const nn::Pass pass{true, 1, epoch_, rows, &threads_};
    const nn::Samples samples{std::int64_t(rows.size()), {images}, {targets}, {}};
    time("gather", [&] { objective_.load(samples, rows, threads_); });
    time("forward", [&] { objective_.forward(pass); });
    time("backward", [&] { objective_.backward(pass); });
    time("update", [&] {
      nn::update(*optimizer_, network_.graph.weights(), objective_.executor().weight_gradients(),
                 state_, threads_, arrays_);
    });
  }
  void time(const char* part, const auto& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    seconds_[part] +=
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  std::unique_ptr<nn::Model> model_;
  nn::Network network_;
  std::unique_ptr<nn::Optimizer> optimizer_;
  nn::Threads threads_;
  nn::Objective objective_;
  nn::OptimizerState state_;
  std::vector<nn::WeightInfo> arrays_{network_.graph.trainable_infos()};
  std::uint32_t epoch_ = 0;
  std::map<std::string, double> seconds_;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5 && argc != 6)
    throw std::runtime_error("expected PIPELINE IMAGES EPOCHS THREADS [LABELS]");
  const config::Pipeline pipeline = config::load(argv[1], {}, {});
  const Shape sample = benchmark::sample_shape(pipeline);
  const Array images = benchmark::read_images(argv[2], sample);
  std::vector<float> targets;
  if (argc == 6)
    for (std::uint8_t label : benchmark::read_labels(argv[5]).view<std::uint8_t>())
      targets.push_back(label);
  testing::Components components(testing::built_plugins());
  Parts parts(benchmark::stage_named(pipeline, "fit").with.value().as_map(), sample, components,
              std::atoi(argv[4]));
  for (int i = 0; i < 2; ++i) parts.epoch(images.view<float>(), targets);
  parts.forget();
  const int epochs = std::atoi(argv[3]);
  for (int i = 0; i < epochs; ++i) parts.epoch(images.view<float>(), targets);
  double all = 0;
  for (const auto& [part, seconds] : parts.seconds()) {
    std::printf("%s %.6f\n", part.c_str(), seconds / epochs);
    all += seconds / epochs;
  }
  std::printf("epoch %.6f\n", all);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "training_parts: %s\n", error.what());
  return 1;
}
