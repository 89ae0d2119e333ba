// The sums over a batch, put together from parts of it: pipeline/nn/batch_sum.h.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "make.h"

using namespace pipeline;
using namespace pipeline::nn;
using pipeline::nn::testing::spread_values;

namespace {

/// What the header says, word by word: the larger part in front is the largest power of two.
template <class Float>
std::vector<Float> tree(const std::vector<std::vector<Float>>& chunks, std::size_t first,
                        std::size_t count) {
  if (count == 1) return chunks[first];
  std::size_t front = 1;
  while (front * 2 < count) front *= 2;
  std::vector<Float> sum = tree(chunks, first, front);
  const std::vector<Float> rest = tree(chunks, first + front, count - front);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += rest[i];
  return sum;
}

/// Layers one behind another.
struct Chain {
  Graph graph;
  NodeId input, output;

  Chain(const Shape& shape, const std::vector<std::pair<const char*, Value::Map>>& layers) {
    input = output = graph.add_input(shape);
    for (const auto& [id, params] : layers) output = graph.add(make(id, params), {output});
    std::uint64_t seed = 1;
    for (const WeightInfo& info : graph.weight_infos()) {
      const std::vector<float> drawn = spread_values(info.size, 0.9, seed++);
      std::copy(drawn.begin(), drawn.end(), graph.values(info).begin());
    }
  }

  std::size_t size_of(NodeId node) const { return std::size_t(elements(graph.shape(node))); }

  /// The gradients by all weights of sum(c·y) over samples first … last - 1 alone.
  std::vector<float> gradients(const std::vector<float>& x, const std::vector<float>& c,
                               std::size_t first, std::size_t last, int thread_count = 1) {
    const int samples = int(last - first);
    const Threads threads(thread_count);
    Pass pass;
    pass.training = true;
    pass.threads = &threads;
    Executor run(graph, samples);
    run.input(input).gather(x, std::int64_t(first), samples);
    run.forward(pass, {input}, {output});
    run.gradient(output).gather(c, std::int64_t(first), samples);
    run.backward(pass, {{output}});
    return {run.weight_gradients().begin(), run.weight_gradients().end()};
  }
};

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

struct Case {
  const char* what;
  Shape input;
  std::vector<std::pair<const char*, Value::Map>> layers;
};

const std::vector<Case> kCases = {
    {"a dense layer", {70}, {{"dense", {{"units", 19}}}}},
    {"a narrow dense layer", {3}, {{"dense", {{"units", 1}, {"use_bias", false}}}}},
    {"a convolution",
     {2, 4, 5},
     {{"conv2d", {{"filters", 3}, {"kernel", 3}, {"activation", "tanh"}}}}},
    {"a transposed convolution",
     {2, 3, 3},
     {{"conv2d_transpose", {{"filters", 3}, {"kernel", 3}, {"stride", 2}}}}},
    {"a layer normalisation", {5, 2, 3}, {{"layer_normalization", {}}}},
    {"a network",
     {1, 8, 8},
     {{"conv2d", {{"filters", 4}, {"kernel", 3}, {"padding", "same"}, {"activation", "relu"}}},
      {"max_pool2d", {{"size", 2}}},
      {"up_sampling2d", {}},
      {"conv2d", {{"filters", 2}, {"kernel", 3}}},
      {"flatten", {}},
      {"dense", {{"units", 6}, {"activation", "softmax"}}}}},
};

}  // namespace

TEST_CASE("Gradients of chunks of a batch, added by the tree, have the bits of the whole") {
  const Case& c = GENERATE(from_range(kCases));
  const std::size_t samples = GENERATE(40, 64, 65, 128, 300, 460);
  CAPTURE(c.what, samples);
  Chain chain(c.input, c.layers);
  const auto x = spread_values(samples * chain.size_of(chain.input), 1, 7);
  const auto dy = spread_values(samples * chain.size_of(chain.output), 1, 8);
  std::vector<std::vector<float>> chunks;
  for (std::size_t first = 0; first < samples; first += 64)
    chunks.push_back(chain.gradients(x, dy, first, std::min(first + 64, samples)));
  const std::vector<float> expected = tree(chunks, 0, chunks.size());
  const Simd before = simd_in_use();
  for (const Simd simd : available_simd())
    for (const int threads : {1, 3}) {
      use_simd(simd);
      CHECK(same_bits(chain.gradients(x, dy, 0, samples, threads), expected));
    }
  use_simd(before);
}

TEST_CASE("Parts of several chunks that begin where the tree does add up to the same bits") {
  Chain chain({1, 8, 8}, kCases.back().layers);
  const std::size_t samples = 420;  // chunks 0 to 3, and 4 to 6, the last one short
  const auto x = spread_values(samples * 64, 1, 7), dy = spread_values(samples * 6, 1, 8);
  const std::vector<std::vector<float>> parts{chain.gradients(x, dy, 0, 256),
                                              chain.gradients(x, dy, 256, samples)};
  CHECK(same_bits(chain.gradients(x, dy, 0, samples), tree(parts, 0, 2)));
}

// Doubles hide their order from a float's eye unless what is large goes away: values of up to 2^50
// come back in another place with the opposite sign.
TEST_CASE("The moments of batch normalisation are summed in chunks and a tree") {
  const std::size_t samples = 300, pairs = 140;
  std::vector<float> x = spread_values(samples, 1, 3);
  for (std::size_t i = 0; i < pairs; ++i) x[i] = std::ldexp(x[i], int(i % 51));
  for (std::size_t i = 0; i < pairs; ++i) x[pairs + i] = -x[i * 37 % pairs];
  std::vector<std::vector<double>> chunks;
  for (std::size_t i = 0; i < samples; ++i) {
    if (i % 64 == 0) chunks.push_back({0});
    chunks.back()[0] += double(x[i]);
  }
  const double total = tree(chunks, 0, chunks.size())[0];
  Chain chain({1}, {{"batch_normalization", {{"momentum", 0}}}});
  chain.gradients(x, std::vector<float>(samples, 1), 0, samples);
  const float mean = chain.graph.states()[0];
  CHECK(mean == float(total / double(samples)));
}
