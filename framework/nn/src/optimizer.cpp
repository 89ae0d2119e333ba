#include "pipeline/nn/optimizer.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "pipeline/nn/optimizer_steps.h"

namespace pipeline::nn {

OptimizerState::OptimizerState(const Optimizer& optimizer, std::size_t weights) {
  for (std::size_t i = 0; i < optimizer.slots().size(); ++i) slots.emplace_back(weights);
}

void Optimizer::declare_shared(Declaration& d) {
  d.param("learning_rate", learning_rate_, "length of a step: a number, or a schedule of the steps")
      .above(0)
      .as_float();
  d.param("clipnorm", clipping_.norm, "largest norm of one array's gradient").above(0).as_float();
  d.param("global_clipnorm", clipping_.global_norm, "largest norm of all gradients together")
      .above(0)
      .as_float();
  d.param("clipvalue", clipping_.value, "largest size of a gradient's value").above(0).as_float();
  d.param("weight_decay", weight_decay_,
          "share of each weight, times the learning rate, that a step takes away")
      .at_least(0)
      .as_float();
  d.param("exclude_from_weight_decay", exclude_from_weight_decay_,
          "weights whose path has one of these texts in it do not decay");
}

void Optimizer::check() const {
  if (learning_rate_.schedule) learning_rate_.schedule->check();
  std::string given;
  int count = 0;
  const auto note = [&](const char* name, const std::optional<double>& limit) {
    if (!limit) return;
    given += (count++ > 0 ? " and '" : "'") + std::string(name) + "'";
  };
  note("clipnorm", clipping_.norm);
  note("global_clipnorm", clipping_.global_norm);
  note("clipvalue", clipping_.value);
  if (count > 1)
    throw Error("optimizer " + id() + ": " + given +
                " are given, at most one of 'clipnorm', 'global_clipnorm' and 'clipvalue' is "
                "possible; set the others to null");
}

double Optimizer::weight_decay(const WeightInfo& array) const {
  for (const std::string& text : exclude_from_weight_decay_)
    if (array.path.find(text) != std::string::npos) return 0;
  return weight_decay_.value_or(0);
}

namespace {

/// 64 KiB of weights.
constexpr std::size_t kPiece = 16384;

/// A part of the weights that a thread takes at once, and the first array that ends behind its
/// begin.
struct Piece {
  std::size_t first, array;
};

/// The pieces of an array of weights in the order in which threads best take them. Threads share a
/// layer's gradient from front to back, as they do these; of each array the first pieces come
/// first, so that much of a gradient is still with the thread that made it.
std::vector<Piece> pieces_of(std::size_t weights, std::span<const WeightInfo> arrays) {
  std::vector<std::pair<double, Piece>> placed;
  std::size_t a = 0;
  for (std::size_t first = 0; first < weights; first += kPiece) {
    while (a < arrays.size() && arrays[a].offset + arrays[a].size <= first) ++a;
    const bool inside = a < arrays.size() && arrays[a].offset <= first;
    placed.emplace_back(inside ? double(first - arrays[a].offset) / double(arrays[a].size) : 0.0,
                        Piece{first, a});
  }
  std::sort(placed.begin(), placed.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first, a.second.first) < std::pair(b.first, b.second.first);
  });
  std::vector<Piece> pieces;
  for (const auto& [place, piece] : placed) pieces.push_back(piece);
  return pieces;
}

/// The sum of squares. Of 16 lanes, so that the compiler has something to do at once.
double squares(std::span<const float> values) {
  double lanes[16] = {};
  std::size_t i = 0;
  for (; i + 16 <= values.size(); i += 16)
    for (std::size_t k = 0; k < 16; ++k) lanes[k] += double(values[i + k]) * double(values[i + k]);
  for (std::size_t k = 0; i < values.size(); ++i, ++k)
    lanes[k] += double(values[i]) * double(values[i]);
  for (std::size_t half = 8; half > 0; half /= 2)
    for (std::size_t k = 0; k < half; ++k) lanes[k] += lanes[k + half];
  return lanes[0];
}

/// The sum of squares of each array, by blocks that the array alone decides on.
std::vector<double> squares_of(std::span<const WeightInfo> arrays, std::span<const float> gradients,
                               const Threads& threads) {
  struct Block {
    std::size_t array, first, count;
  };
  std::vector<Block> blocks;
  for (std::size_t a = 0; a < arrays.size(); ++a)
    for (std::size_t i = 0; i < arrays[a].size; i += kPiece)
      blocks.push_back({a, arrays[a].offset + i, std::min(kPiece, arrays[a].size - i)});
  std::vector<double> sums(blocks.size()), found(arrays.size());
  threads.each(int(blocks.size()), [&](int block) {
    const Block& b = blocks[std::size_t(block)];
    sums[std::size_t(block)] = squares(gradients.subspan(b.first, b.count));
  });
  for (std::size_t i = 0; i < blocks.size(); ++i) found[blocks[i].array] += sums[i];
  return found;
}

/// What a norm beyond `most` is multiplied by; not a number for an infinite norm's values, as in
/// Keras.
double shrink(double norm, double most) { return norm > most ? most / norm : 1; }

/// What each array's gradient is multiplied by; empty where no norm is limited.
std::vector<double> norm_factors(const Clipping& clipping, std::span<const WeightInfo> arrays,
                                 std::span<const float> gradients, const Threads& threads) {
  if (!clipping.norm && !clipping.global_norm) return {};
  const std::vector<double> sums = squares_of(arrays, gradients, threads);
  if (clipping.global_norm) {
    const double norm = std::sqrt(std::accumulate(sums.begin(), sums.end(), 0.0));
    return std::vector<double>(sums.size(), shrink(norm, *clipping.global_norm));
  }
  std::vector<double> factors;
  for (double sum : sums) factors.push_back(shrink(std::sqrt(sum), *clipping.norm));
  return factors;
}

std::span<const float> clipped(std::span<const float> gradients, double factor,
                               const std::optional<double>& most, std::vector<float>& room) {
  if (factor == 1 && !most) return gradients;
  room.assign(gradients.begin(), gradients.end());
  if (factor != 1)
    for (float& g : room) g *= float(factor);
  if (most)
    for (float& g : room) g = std::clamp(g, -float(*most), float(*most));
  return room;
}

}  // namespace

void update(const Optimizer& optimizer, std::span<float> weights, std::span<const float> gradients,
            OptimizerState& state, const Threads& threads, std::span<const WeightInfo> arrays) {
  assert(weights.size() == gradients.size());
  const WeightInfo whole{"", {std::int64_t(weights.size())}, 0, weights.size()};
  if (arrays.empty()) arrays = {&whole, 1};
  const double rate = optimizer.learning_rate(state.steps) * state.rate_factor;
  const std::int64_t step = ++state.steps;
  const std::vector<double> factors =
      norm_factors(optimizer.clipping(), arrays, gradients, threads);
  const std::vector<Piece> pieces = pieces_of(weights.size(), arrays);
  threads.each(int(pieces.size()), [&](int index) {
    const Piece& piece = pieces[std::size_t(index)];
    const std::size_t end = std::min(piece.first + kPiece, weights.size());
    std::vector<std::span<float>> slots(state.slots.size());
    std::vector<float> room;
    for (std::size_t a = piece.array; a < arrays.size() && arrays[a].offset < end; ++a) {
      const WeightInfo& array = arrays[a];
      const std::size_t first = std::max(piece.first, array.offset);
      const std::size_t count = std::min(end, array.offset + array.size) - first;
      for (std::size_t i = 0; i < slots.size(); ++i)
        slots[i] = state.slots[i].span().subspan(first, count);
      const std::span<float> w = weights.subspan(first, count);
      if (const double decay = optimizer.weight_decay(array); decay > 0)
        steps::sgd(w, w, float(decay * rate));
      const double factor = factors.empty() ? 1 : factors[a];
      optimizer.update(
          {w, clipped(gradients.subspan(first, count), factor, optimizer.clipping().value, room),
           slots, step, rate, array});
    }
  });
}

}  // namespace pipeline::nn
