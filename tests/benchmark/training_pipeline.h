#pragma once
#include <algorithm>
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

inline Shape sample_shape(const config::Pipeline& pipeline) {
  Shape shape;
  for (const Value& size : pipeline.vars.at("sample_shape").as_list())
    shape.push_back(size.as_int());
  return shape;
}

/// A file of plain floats as {n, sample…}.
inline Array read_images(const char* path, const Shape& sample) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
  std::vector<float> values(bytes.size() / sizeof(float));
  std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(values.data()));
  Shape shape{std::int64_t(values.size()) / elements(sample)};
  shape.insert(shape.end(), sample.begin(), sample.end());
  return Array::of(std::move(values), shape);
}

}  // namespace pipeline::benchmark
