#pragma once
#include <cmath>
#include <memory>

#include "pipeline/nn/simd.h"
#include "pipeline/nn/testing.h"
#include "pipeline/testing.h"

namespace pipeline::nn {

inline std::unique_ptr<Layer> make(const char* id, const Value::Map& params = {}) {
  static pipeline::testing::Components components;
  return components.make<Layer>(id, params);
}

/// One layer of the plugin behind inputs.
inline testing::LayerGraph graph_of(const char* id, const Value::Map& params,
                                    const std::vector<Shape>& shapes) {
  return testing::LayerGraph(make(id, params), shapes);
}

/// sin(a·i + b) for i = 0, 1, …: what the reference values were computed from.
inline std::vector<float> wave(std::size_t n, double a = 0.7, double b = 0.3) {
  std::vector<float> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = float(std::sin(a * double(i) + b));
  return values;
}
inline void set_weights(testing::LayerGraph& g) {
  for (const WeightInfo& info : g.graph.weight_infos()) {
    const bool bias = info.path.ends_with("bias");
    const auto values = bias ? wave(info.size, 1.3, 0.2) : wave(info.size, 0.9, 0.1);
    std::copy(values.begin(), values.end(), g.graph.weight(info.path).begin());
  }
}

/// The largest difference; infinite where the lengths differ.
template <class A, class B>
double distance(const A& a, const B& b) {
  if (a.size() != b.size()) return HUGE_VAL;
  double worst = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    worst = std::max(worst, std::abs(double(a[i]) - double(b[i])));
  return worst;
}

}  // namespace pipeline::nn
