// training_epochs PIPELINE IMAGES EPOCHS THREADS: seconds an epoch of a pipeline's `fit` stage,
// after two epochs of warm-up, without validation. IMAGES holds plain floats, 784 an image.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "pipeline/testing.h"

using namespace pipeline;

namespace {

Array read_images(const char* path, const Shape& sample) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<float> values(bytes.size() / sizeof(float));
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(values.data()));
  Shape shape{std::int64_t(values.size()) / elements(sample)};
  shape.insert(shape.end(), sample.begin(), sample.end());
  return Array::of(std::move(values), shape);
}

const config::Stage& stage_named(const config::Pipeline& pipeline, std::string_view name) {
  for (const config::Stage& stage : pipeline.stages)
    if (stage.name == name) return stage;
  throw std::runtime_error("the pipeline has no stage '" + std::string(name) + "'");
}

Shape sample_shape(const config::Pipeline& pipeline) {
  Shape shape;
  for (const Value& size : pipeline.vars.at("sample_shape").as_list())
    shape.push_back(size.as_int());
  return shape;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 5) throw std::runtime_error("expected PIPELINE IMAGES EPOCHS THREADS");
  const config::Pipeline pipeline = config::load(argv[1], {}, {});
  const Array images = read_images(argv[2], sample_shape(pipeline));
  testing::Components components(testing::built_plugins());
  const auto seconds = [&](int epochs) {
    Value::Map params = stage_named(pipeline, "fit").with.value().as_map();
    params["epochs"] = epochs;
    testing::StageRun run(components, "train.fit", params);
    run.input("train", images).threads(std::atoi(argv[4]));
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
