#include "pipeline/nn/elementwise.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/nn/activation.h"
#include "pipeline/nn/loss_kernels.h"
#include "support.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

using In = std::vector<ConstBlock>;

/// A function of one value of each input, and the same of doubles. Inputs lie in (low, high).
struct Kernel {
  const char* name;
  int inputs;
  double low, high;
  void (*run)(const In& in, const Block& y);
  double (*exact)(const double* v);
};

double sigmoid(double v) { return 1 / (1 + std::exp(-v)); }

const std::vector<Kernel> kKernels = {
    {"linear", 1, -4, 4,
     [](const In& in, const Block& y) { activate(Activation::linear, in[0], y); },
     [](const double* v) { return v[0]; }},
    {"relu", 1, -4, 4, [](const In& in, const Block& y) { activate(Activation::relu, in[0], y); },
     [](const double* v) { return v[0] > 0 ? v[0] : 0; }},
    {"sigmoid", 1, -4, 4,
     [](const In& in, const Block& y) { activate(Activation::sigmoid, in[0], y); },
     [](const double* v) { return sigmoid(v[0]); }},
    {"tanh", 1, -4, 4, [](const In& in, const Block& y) { activate(Activation::tanh, in[0], y); },
     [](const double* v) { return std::tanh(v[0]); }},
    {"elu", 1, -4, 4, [](const In& in, const Block& y) { activate(Activation::elu, in[0], y); },
     [](const double* v) { return v[0] > 0 ? v[0] : std::expm1(v[0]); }},
    {"softplus", 1, -4, 4,
     [](const In& in, const Block& y) { activate(Activation::softplus, in[0], y); },
     [](const double* v) { return std::log1p(std::exp(v[0])); }},
    // Derivatives from results, which lie in the function's range.
    {"linear_backward", 2, -4, 4,
     [](const In& in, const Block& y) { activate_backward(Activation::linear, in[0], in[1], y); },
     [](const double* v) { return v[1]; }},
    {"relu_backward", 2, -4, 4,
     [](const In& in, const Block& y) { activate_backward(Activation::relu, in[0], in[1], y); },
     [](const double* v) { return v[0] > 0 ? v[1] : 0; }},
    {"sigmoid_backward", 2, 0, 1,
     [](const In& in, const Block& y) { activate_backward(Activation::sigmoid, in[0], in[1], y); },
     [](const double* v) { return v[1] * v[0] * (1 - v[0]); }},
    {"tanh_backward", 2, -1, 1,
     [](const In& in, const Block& y) { activate_backward(Activation::tanh, in[0], in[1], y); },
     [](const double* v) { return v[1] * (1 - v[0] * v[0]); }},
    {"elu_backward", 2, -1, 4,
     [](const In& in, const Block& y) { activate_backward(Activation::elu, in[0], in[1], y); },
     [](const double* v) { return v[1] * (v[0] > 0 ? 1 : v[0] + 1); }},
    {"softplus_backward", 2, 0, 4,
     [](const In& in, const Block& y) { activate_backward(Activation::softplus, in[0], in[1], y); },
     [](const double* v) { return v[1] * -std::expm1(-v[0]); }},
    {"exp", 1, -4, 4, [](const In& in, const Block& y) { pipeline::nn::exp(in[0], y); },
     [](const double* v) { return std::exp(v[0]); }},
    {"scale", 1, -4, 4, [](const In& in, const Block& y) { scale(in[0], -1.75f, y); },
     [](const double* v) { return -1.75 * v[0]; }},
    {"add", 2, -4, 4, [](const In& in, const Block& y) { add(in[0], in[1], y); },
     [](const double* v) { return v[0] + v[1]; }},
    {"sample_gaussian", 3, -4, 4,
     [](const In& in, const Block& y) { sample_gaussian(in[0], in[1], in[2], y); },
     [](const double* v) { return v[0] + std::exp(v[1]) * v[2]; }},
    {"sample_gaussian_backward", 3, -4, 4,
     [](const In& in, const Block& y) { sample_gaussian_backward(in[0], in[1], in[2], y); },
     [](const double* v) { return v[0] * std::exp(v[1]) * v[2]; }},
    {"cross_entropy_gradient", 2, 0.01, 0.99,
     [](const In& in, const Block& y) { cross_entropy_gradient(in[0], in[1], 0.375f, y); },
     [](const double* v) { return 0.375 * (v[0] - v[1]) / (v[0] * (1 - v[0])); }},
    {"difference", 2, -4, 4,
     [](const In& in, const Block& y) { difference(in[0], in[1], 0.375f, y); },
     [](const double* v) { return 0.375 * (v[0] - v[1]); }},
};

}  // namespace

TEST_CASE("Functions of one value after another take blocks of any shape and halo, also in place") {
  const Kernel kernel = GENERATE(from_range(kKernels));
  const Shape shape = GENERATE(from_range(kOddShapes));
  CAPTURE(kernel.name, shape);
  const int samples = 19;
  std::vector<std::vector<float>> x;
  for (int k = 0; k < kernel.inputs; ++k) {
    x.push_back(random_values(samples * elements(shape), unsigned(k + 1)));
    const double middle = (kernel.low + kernel.high) / 2, half = (kernel.high - kernel.low) / 2;
    for (float& v : x.back()) v = float(middle + half * v);
  }
  std::vector<double> expected;
  for (std::size_t i = 0; i < x[0].size(); ++i) {
    double v[3] = {};
    for (int k = 0; k < kernel.inputs; ++k) v[k] = x[k][i];
    expected.push_back(kernel.exact(v));
  }

  const auto results = on_each_simd([&] {
    const int halos[] = {2, 0, 1};
    std::vector<Batch> in;
    for (int k = 0; k < kernel.inputs; ++k) in.push_back(batch_of(x[k], shape, halos[k]));
    Batch y(shape, samples, 3);
    y.set_samples(samples);
    const auto run_into = [&](Batch& out) {
      for (int b = 0; b < out.blocks(); ++b) {
        In blocks;
        for (const Batch& batch : in) blocks.push_back(batch.block(b));
        kernel.run(blocks, out.block(b));
      }
      CHECK(halo_is_zero(out));
    };
    run_into(y);
    for (int k = 0; k < kernel.inputs; ++k) {
      run_into(in[k]);
      CHECK(same_bits(plain(in[k]), plain(y)));
      in[k] = batch_of(x[k], shape, halos[k]);
    }
    return plain(y);
  });
  CHECK(distance(results[0], expected) < 1e-6);
  CHECK(all_same_bits(results));
}
