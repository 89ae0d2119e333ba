#pragma once
#include <cmath>
#include <cstring>

#include "pipeline/nn/trained_model.h"
#include "pipeline/testing.h"

// What the tests of this folder share: components, small samples and networks, the same as those of
// reference.py.

namespace training {
using namespace pipeline;

/// The components here, and those of the plugins that a network needs.
inline testing::Components& components() {
  static testing::Components made = [] {
    std::vector<std::filesystem::path> wanted;
    for (const auto& path : testing::built_plugins())
      for (const char* name :
           {"layers", "losses", "models", "optimizers", "metrics", "callbacks", "schedules"})
        if (path.stem() == name) wanted.push_back(path);
    return testing::Components(wanted);
  }();
  return made;
}

/// n samples: value i of all of them is 0.5 + 0.5·sin(0.37·i), counted from `first` samples on.
inline Array samples(std::int64_t n, const Shape& sample, std::int64_t first = 0) {
  Shape shape{n};
  shape.insert(shape.end(), sample.begin(), sample.end());
  std::vector<float> values;
  for (std::int64_t i = first * elements(sample); i < (first + n) * elements(sample); ++i)
    values.push_back(float(0.5 + 0.5 * std::sin(0.37 * double(i))));
  return Array::of(values, shape);
}

inline Value layer(const char* id, Value::Map params = {}) { return Value::Map{{id, params}}; }

/// {12} -> 5 -> {12}
inline Value dense_autoencoder(const char* loss = "binary_crossentropy") {
  return Value::Map{
      {"autoencoder",
       Value::Map{
           {"encoder", Value::List{layer("dense", {{"units", 5}, {"activation", "relu"}})}},
           {"decoder", Value::List{layer("dense", {{"units", 12}, {"activation", "sigmoid"}})}},
           {"loss", loss}}}};
}

/// {1, 7, 7} -> {3, 4, 4} -> {1, 7, 7}
inline Value conv_autoencoder() {
  const Value::List encoder = {
      layer("conv2d", {{"filters", 3}, {"kernel", 3}, {"padding", "same"}, {"activation", "relu"}}),
      layer("max_pool2d", {{"size", 2}, {"padding", "same"}})};
  const Value::List decoder = {
      layer("conv2d", {{"filters", 2}, {"kernel", 3}, {"padding", "same"}, {"activation", "tanh"}}),
      layer("up_sampling2d", {{"size", 2}}),
      layer("conv2d", {{"filters", 1}, {"kernel", 2}, {"activation", "sigmoid"}})};
  return Value::Map{{"autoencoder", Value::Map{{"encoder", encoder}, {"decoder", decoder}}}};
}

/// {12} -> 6 -> 3 -> {12}
inline Value small_vae(double sigma) {
  return Value::Map{
      {"vae",
       Value::Map{
           {"latent", 3},
           {"sigma", sigma},
           {"encoder", Value::List{layer("dense", {{"units", 6}, {"activation", "relu"}})}},
           {"decoder", Value::List{layer("dense", {{"units", 12}, {"activation", "sigmoid"}})}}}}};
}

/// A dense auto-encoder with dropout in front.
inline Value denoising_autoencoder() {
  Value model = dense_autoencoder();
  Value::List& encoder = model.map().at("autoencoder").map().at("encoder").list();
  encoder.insert(encoder.begin(), layer("dropout", {{"rate", 0.3}}));
  return model;
}

/// The model with weights by a formula: value i of weight k is 0.25·sin(0.7·i + 1.3·k + 0.5).
inline Artifact model_by_formula(const Value& info) {
  nn::LoadedModel made = nn::build(info, components());
  int k = 0;
  for (const nn::WeightInfo& weight : made.network.graph.weight_infos()) {
    const auto values = made.network.graph.values(weight);
    for (std::size_t i = 0; i < values.size(); ++i)
      values[i] = float(0.25 * std::sin(0.7 * double(i) + 1.3 * k + 0.5));
    ++k;
  }
  Artifact artifact = ArtifactCodec<nn::TrainedModel>::encode(capture(*made.model, made.network));
  artifact.type = ArtifactCodec<nn::TrainedModel>::type;
  return artifact;
}

inline std::vector<double> column(const Artifact& history, const char* name) {
  const auto values = ArtifactCodec<Table>::decode(history).column(name).view<double>();
  return {values.begin(), values.end()};
}

/// Equal in type, shape and every bit.
inline bool same(const Artifact& a, const Artifact& b) {
  if (a.type != b.type || a.attributes != b.attributes || a.arrays.size() != b.arrays.size())
    return false;
  for (const auto& [path, array] : a.arrays) {
    const auto found = b.arrays.find(path);
    if (found == b.arrays.end() || found->second.shape() != array.shape() ||
        found->second.dtype() != array.dtype() ||
        std::memcmp(found->second.data(), array.data(), array.bytes()) != 0)
      return false;
  }
  return true;
}

}  // namespace training
