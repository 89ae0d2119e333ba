#pragma once
#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "pipeline/array.h"

// What the programs that train a pipeline's network read.

namespace pipeline::benchmark {

inline const config::Stage& stage_named(const config::Pipeline& pipeline, std::string_view name) {
  for (const config::Stage& stage : pipeline.stages)
    if (stage.name == name) return stage;
  throw std::runtime_error("the pipeline has no stage '" + std::string(name) + "'");
}

/// What its stage train_images makes of an image.
inline Shape sample_shape(const config::Pipeline& pipeline) {
  const Value with = stage_named(pipeline, "train_images").with.value();
  Shape shape;
  for (const Value& size : with.at("shape").as_list()) shape.push_back(size.as_int());
  return shape;
}

inline std::vector<char> read_bytes(const char* path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A file of plain floats as {n, sample…}.
inline Array read_images(const char* path, const Shape& sample) {
  const std::vector<char> bytes = read_bytes(path);
  std::vector<float> values(bytes.size() / sizeof(float));
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(values.data()));
  Shape shape{std::int64_t(values.size()) / elements(sample)};
  shape.insert(shape.end(), sample.begin(), sample.end());
  return Array::of(std::move(values), shape);
}

/// A file of a byte each, the classes of the images.
inline Array read_labels(const char* path) {
  const std::vector<char> bytes = read_bytes(path);
  return Array::of(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

}  // namespace pipeline::benchmark
