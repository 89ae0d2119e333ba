#include "pipeline/nn/optimizer.h"

#include <algorithm>
#include <cassert>

#include "kernels/table.h"
#include "pipeline/nn/optimizer_steps.h"

namespace pipeline::nn {

OptimizerState::OptimizerState(const Optimizer& optimizer, std::size_t weights) {
  for (std::size_t i = 0; i < optimizer.slots().size(); ++i) slots.emplace_back(weights);
}

namespace {

/// 64 KiB of weights.
constexpr std::size_t kPiece = 16384;

/// The pieces of an array of weights in the order in which threads best take them. Threads share a
/// layer's gradient from front to back, as they do these; of each array the first pieces come
/// first, so that much of a gradient is still with the thread that made it.
std::vector<std::size_t> pieces_of(std::size_t weights, std::span<const WeightInfo> arrays) {
  std::vector<std::pair<double, std::size_t>> placed;
  auto array = arrays.begin();
  for (std::size_t first = 0; first < weights; first += kPiece) {
    while (array != arrays.end() && (!array->trainable || array->offset + array->size <= first))
      ++array;
    const bool inside = array != arrays.end() && array->offset <= first;
    placed.emplace_back(inside ? double(first - array->offset) / double(array->size) : 0.0, first);
  }
  std::sort(placed.begin(), placed.end());
  std::vector<std::size_t> pieces;
  for (const auto& [place, first] : placed) pieces.push_back(first);
  return pieces;
}

}  // namespace

void update(const Optimizer& optimizer, std::span<float> weights, std::span<const float> gradients,
            OptimizerState& state, const Threads& threads, std::span<const WeightInfo> arrays) {
  assert(weights.size() == gradients.size());
  ++state.steps;
  const std::vector<std::size_t> pieces = pieces_of(weights.size(), arrays);
  threads.each(int(pieces.size()), [&](int piece) {
    const std::size_t first = pieces[std::size_t(piece)];
    const std::size_t count = std::min(kPiece, weights.size() - first);
    std::vector<std::span<float>> slots;
    for (AlignedFloats& slot : state.slots) slots.push_back(slot.span().subspan(first, count));
    optimizer.update(weights.subspan(first, count), gradients.subspan(first, count), slots,
                     state.steps);
  });
}

namespace steps {

void sgd(std::span<float> w, std::span<const float> g, float rate) {
  assert(w.size() == g.size());
  kernels::table().sgd(w.data(), g.data(), w.size(), {rate, 0, 0, 0});
}

void sgd_momentum(std::span<float> w, std::span<const float> g, std::span<float> v, float rate,
                  float momentum, bool nesterov) {
  assert(w.size() == g.size() && w.size() == v.size());
  const kernels::Table& table = kernels::table();
  (nesterov ? table.sgd_nesterov : table.sgd_momentum)(w.data(), g.data(), v.data(), w.size(),
                                                       {rate, momentum, 0, 0});
}

void rmsprop(std::span<float> w, std::span<const float> g, std::span<float> a, float rate,
             float rho, float epsilon) {
  assert(w.size() == g.size() && w.size() == a.size());
  kernels::table().rmsprop(w.data(), g.data(), a.data(), w.size(), {rate, rho, 0, epsilon});
}

void adadelta(std::span<float> w, std::span<const float> g, std::span<float> a, std::span<float> d,
              float rate, float rho, float epsilon) {
  assert(w.size() == g.size() && w.size() == a.size() && w.size() == d.size());
  kernels::table().adadelta(w.data(), g.data(), a.data(), d.data(), w.size(),
                            {rate, rho, 0, epsilon});
}

void adam(std::span<float> w, std::span<const float> g, std::span<float> m, std::span<float> v,
          float rate, float beta1, float beta2, float epsilon) {
  assert(w.size() == g.size() && w.size() == m.size() && w.size() == v.size());
  kernels::table().adam(w.data(), g.data(), m.data(), v.data(), w.size(),
                        {rate, beta1, beta2, epsilon});
}

}  // namespace steps
}  // namespace pipeline::nn
