#include "pipeline/nn/batch_sum.h"

#include <algorithm>
#include <cstdint>

namespace pipeline::nn {
namespace {

/// Values that a thread adds at once, so that a chunk's stay in the first cache.
constexpr std::size_t kPiece = 1024;

template <class Float>
void add(const Float* more, std::size_t size, Float* sum) {
  for (std::size_t i = 0; i < size; ++i) sum[i] += more[i];
}

template <class Float>
void add_tree(Float* sums, std::size_t size, std::size_t stride, int count) {
  for (std::int64_t apart = 1; apart < count; apart *= 2)
    for (std::int64_t left = 0; left + apart < count; left += 2 * apart)
      add(sums + std::size_t(left + apart) * stride, size, sums + std::size_t(left) * stride);
}

}  // namespace

void add_chunks(float* sums, std::size_t size, std::size_t stride, int count) {
  add_tree(sums, size, stride, count);
}

void add_chunks(double* sums, std::size_t size, std::size_t stride, int count) {
  add_tree(sums, size, stride, count);
}

void add_blocks(float* blocks, int count, std::span<float> total, const Threads& threads) {
  if (count == 0) std::fill(total.begin(), total.end(), 0.0f);
  if (count == 0) return;
  const std::size_t stride = total.size();
  threads.each(int((stride + kPiece - 1) / kPiece), [&](int piece) {
    const std::size_t first = std::size_t(piece) * kPiece;
    const std::size_t size = std::min(kPiece, stride - first);
    float* const sums = blocks + first;
    for (int b = 0; b < count; ++b)
      if (b % kChunkBlocks > 0)
        add(sums + std::size_t(b) * stride, size,
            sums + std::size_t(b / kChunkBlocks * kChunkBlocks) * stride);
    add_chunks(sums, size, kChunkBlocks * stride, chunks(count));
    std::copy_n(sums, size, total.data() + first);
  });
}

}  // namespace pipeline::nn
