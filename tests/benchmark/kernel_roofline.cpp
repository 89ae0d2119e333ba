// kernel_roofline: speed of the convolutions and dense layers of the lecture's networks on one
// batch of 128 samples, beside this core's peak of fused multiply-adds, for each instruction set. A
// line a kernel: instruction set, kernel, billions of operations a second, the same of the peak,
// seconds. Operations are those that the kernel does: folding an up-sampling saves some; what only
// moves values (packing weights, spreading a pooled layer's gradient) is not in here.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "pipeline/nn/dense.h"
#include "pipeline/nn/simd.h"
#include "pipeline/nn/up_conv2d.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

constexpr int kSamples = 128;
constexpr double kMultiplyAdd = 2;

double seconds_of(const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  int count = 0;
  double seconds;
  do {
    work(), ++count;
    seconds = std::chrono::duration<double>(Clock::now() - start).count();
  } while (seconds < 0.002);
  return seconds / count;
}

// Twelve chains of multiply-adds on whole registers, more than the units need to be busy.
template <int Bytes>
[[gnu::always_inline]] inline void chains(long rounds) {
  typedef float Vector __attribute__((vector_size(Bytes)));
  Vector sums[12] = {}, factor = Vector{} + 0.999f, addend = Vector{} + 1e-3f;
  for (long i = 0; i < rounds; ++i)
    for (Vector& sum : sums) {
      sum = sum * factor + addend;
      asm volatile("" : "+v"(sum));
    }
}
[[gnu::target("avx512f"), gnu::optimize("unroll-loops"), gnu::optimize("fp-contract=fast")]] void
chains_avx512(long rounds) {
  chains<64>(rounds);
}
[[gnu::target("avx2,fma"), gnu::optimize("unroll-loops"), gnu::optimize("fp-contract=fast")]] void
chains_avx2(long rounds) {
  chains<32>(rounds);
}

/// Operations of work_at_peak(), and the work.
constexpr long kRounds = 2000;
double peak_operations(Simd simd) {
  return kRounds * 12.0 * (simd == Simd::avx512 ? 16 : 8) * kMultiplyAdd;
}
void work_at_peak(Simd simd) { (simd == Simd::avx512 ? chains_avx512 : chains_avx2)(kRounds); }

Batch filled(const Shape& sample, int halo) {
  Batch batch(sample, kSamples, halo);
  std::vector<float> rows(std::size_t(kSamples * elements(sample)));
  for (std::size_t i = 0; i < rows.size(); ++i)
    rows[i] = float(i * 2654435761u >> 16) / 65536 - 0.5f;
  batch.gather(rows, 0, kSamples);
  return batch;
}

struct Report {
  Simd simd;
  void operator()(const std::string& kernel, double multiply_adds,
                  const std::function<void()>& work) const {
    // In turn, since a core's clock moves; the best of each, since others use the machine, too.
    double seconds = 1e30, peak_seconds = 1e30;
    for (int repeat = 0; repeat < 40; ++repeat) {
      peak_seconds = std::min(peak_seconds, seconds_of([&] { work_at_peak(simd); }));
      seconds = std::min(seconds, seconds_of(work));
    }
    std::printf("%s %s %.3f %.3f %.9f\n", name(simd).c_str(), kernel.c_str(),
                multiply_adds * kMultiplyAdd / seconds * 1e-9,
                peak_operations(simd) / peak_seconds * 1e-9, seconds);
  }
};

struct Image {
  const char* name;
  int in, out, size, factor;  ///< factor: of an up-sampling in front; pooled: by 2 behind
  bool same, pooled;
};
// Of ae_conv and vae_conv, in their order.
constexpr Image kImages[] = {
    {"encoder_1", 1, 16, 28, 1, true, true}, {"encoder_2", 16, 8, 14, 1, true, true},
    {"encoder_3", 8, 8, 7, 1, true, true},   {"decoder_1", 8, 8, 4, 1, true, false},
    {"decoder_2", 8, 8, 4, 2, true, false},  {"decoder_3", 8, 16, 8, 2, false, false},
    {"decoder_4", 16, 1, 14, 2, true, false}};

void convolution(const Report& report, const Image& c) {
  const int size = c.size * c.factor, out_size = c.same ? size : size - 2;
  const Padding padding = c.same ? Padding::same(size, 3, 1) : Padding{};
  const Conv2dSizes sizes{c.in, c.out, 3, 3, 1, padding, padding};
  const std::vector<float> kernel(sizes.weights(), 0.01f), bias(std::size_t(c.out), 0.1f);
  std::vector<float> dkernel(sizes.weights());
  Conv2dOp plain(sizes);
  UpConv2dOp folded(sizes, c.factor);
  plain.pack(kernel.data(), true);
  folded.pack(kernel.data(), true);
  const Shape in{c.in, c.size, c.size}, out{c.out, out_size, out_size};
  const Batch x = filled(in, sizes.input_halo()), dy = filled(out, sizes.gradient_halo());
  Batch y(out, kSamples, 1), dx(in, kSamples, 1);
  const int pooled_size = (out_size + 1) / 2;
  Batch pooled({c.out, pooled_size, pooled_size}, kSamples);
  std::vector<std::uint16_t> winners(std::size_t(c.out * pooled_size * pooled_size * 4));
  const auto each_block = [&](auto body) {
    return [&x, body] {
      for (int b = 0; b < x.blocks(); ++b) body(b);
    };
  };
  // An enlarged image's 3×3 products meet in 2×2 on the small one; so many of 9 are left.
  const double products =
      double(kSamples) * c.in * c.out * out_size * out_size * (c.factor == 2 ? 4 : 9);
  const double products_back = double(kSamples) * c.in * c.out *
                               (c.factor == 2 ? 16.0 * c.size * c.size : 9.0 * out_size * out_size);
  const std::string name = c.name;
  report("conv_forward_" + name, products, each_block([&](int b) {
           if (c.factor > 1) folded.forward(x.block(b), bias.data(), Activation::relu, y.block(b));
           else if (c.pooled)
             plain.forward_pooled(x.block(b), bias.data(), size, size, pooled.block(b),
                                  winners.data());
           else plain.forward(x.block(b), bias.data(), Activation::relu, y.block(b));
         }));
  if (c.in > 1)
    report("conv_data_" + name, products_back, each_block([&](int b) {
             if (c.factor > 1) folded.backward_data(dy.block(b), dx.block(b), x.block(b));
             else plain.backward_data(dy.block(b), dx.block(b), x.block(b));
           }));
  report("conv_weights_" + name, products_back, each_block([&](int b) {
           if (c.factor > 1)
             folded.backward_weights(x.block(b), dy.block(b), dkernel.data(), nullptr);
           else plain.backward_weights(x.block(b), dy.block(b), dkernel.data(), nullptr);
         }));
}

void dense(const Report& report, int inputs, int outputs) {
  const Batch x = filled({inputs}, 0);
  Batch dy = filled({outputs}, 0), y({outputs}, kSamples), dx({inputs}, kSamples);
  y.set_samples(kSamples), dx.set_samples(kSamples);
  const std::vector<float> kernel(std::size_t(inputs) * outputs, 0.01f);
  std::vector<float> bias(std::size_t(outputs), 0.1f), dkernel(kernel.size());
  AlignedFloats scratch;
  const Threads one;
  const double products = double(kSamples) * inputs * outputs;
  const std::string name = std::to_string(inputs) + "_" + std::to_string(outputs);
  report("dense_forward_" + name, products,
         [&] { dense_forward(kernel.data(), bias.data(), x, true, y, one); });
  report("dense_data_" + name, products, [&] { dense_backward_data(kernel.data(), dy, dx, one); });
  report("dense_weights_" + name, products,
         [&] { dense_backward_weights(x, dy, dkernel.data(), bias.data(), scratch, one); });
}

}  // namespace

int main() {
  for (Simd simd : available_simd()) {
    use_simd(simd);
    const Report report{simd};
    for (const Image& image : kImages) convolution(report, image);
    dense(report, 784, 512);
    dense(report, 512, 784);
  }
}
