// training_epochs PIPELINE IMAGES EPOCHS THREADS [LABELS]: seconds an epoch of a pipeline's `fit`
// stage, after two epochs of warm-up, without validation. IMAGES holds plain floats, 784 an image,
// LABELS a byte for each where the network is to tell classes.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "pipeline/testing.h"
#include "training_pipeline.h"

using namespace pipeline;

int main(int argc, char** argv) try {
  if (argc != 5 && argc != 6)
    throw std::runtime_error("expected PIPELINE IMAGES EPOCHS THREADS [LABELS]");
  const config::Pipeline pipeline = config::load(argv[1], {}, {});
  const Array images = benchmark::read_images(argv[2], benchmark::sample_shape(pipeline));
  testing::Components components(testing::built_plugins());
  const auto seconds = [&](int epochs) {
    Value::Map params = benchmark::stage_named(pipeline, "fit").with.value().as_map();
    params["epochs"] = epochs;
    testing::StageRun run(components, "train.fit", params);
    run.input("train", images).threads(std::atoi(argv[4]));
    if (argc == 6) run.input("train_targets", benchmark::read_labels(argv[5]));
    run.preflight();
    const auto start = std::chrono::steady_clock::now();
    run.run();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const int epochs = std::atoi(argv[3]);
  const double warm_up = seconds(2);
  std::printf("%.6f\n", (seconds(2 + epochs) - warm_up) / epochs);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "training_epochs: %s\n", error.what());
  return 1;
}
