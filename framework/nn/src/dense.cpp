#include "pipeline/nn/dense.h"

#include <algorithm>
#include <cassert>
#include <cstdint>

#include "kernels/table.h"
#include "pipeline/nn/batch_sum.h"

namespace pipeline::nn {
namespace {

/// Outputs that stay together: whole tiles of the kernels, which take 3 outputs on AVX2 and 6, or 8
/// and 4, on AVX-512.
constexpr int kTile = 12;
/// About so many tiles a task: enough work for one.
constexpr int kTilesTask = 4;

/// Cuts outputs into as many tasks for each thread. In tasks of equal length one of two threads
/// would get 6 of 11 with 512 outputs, and the other wait for it.
void each_range(int outputs, const Threads& threads, const auto& body) {
  const int tiles = (outputs + kTile - 1) / kTile;
  const int share = threads.count() * kTilesTask;
  const int tasks = std::min(tiles, (tiles + share - 1) / share * threads.count());
  const auto first = [&](int task) {
    return std::min(outputs, int(std::int64_t(tiles) * task / tasks) * kTile);
  };
  threads.each(tasks, [&](int task) { body(first(task), first(task + 1)); });
}

const float* first(const Batch& batch) { return batch.block(0).data; }

void product(kernels::Gemm gemm, int outputs, const Threads& threads) {
  each_range(outputs, threads, [&](int from, int to) {
    kernels::Gemm part = gemm;
    part.first_output = from, part.last_output = to;
    kernels::table().gemm(part);
  });
}

/// bias[o] = the sum of dy's values o, for outputs from … to - 1; `sums` has room for all outputs'
/// of every chunk.
void sum_outputs(const Batch& dy, int from, int to, float* sums, float* bias) {
  const std::size_t outputs = std::size_t(dy.geometry().values()), size = std::size_t(to - from);
  sums += from;
  for (int c = 0; c < chunks(dy.blocks()); ++c)
    std::fill_n(sums + std::size_t(c) * outputs, size, 0.0f);
  for (int b = 0; b < dy.blocks(); ++b)
    kernels::table().channel_sums({dy.block(b).data + std::size_t(from) * kLanes, to - from, 1, 1,
                                   std::size_t(kLanes), std::size_t(kLanes)},
                                  sums + std::size_t(b / kChunkBlocks) * outputs);
  add_chunks(sums, size, outputs, chunks(dy.blocks()));
  std::copy_n(sums, size, bias + from);
}

}  // namespace

void dense_forward(const float* kernel, const float* bias, const Batch& x, bool relu, Batch& y,
                   const Threads& threads) {
  assert(y.samples() == x.samples());
  const int inputs = x.geometry().values(), outputs = y.geometry().values();
  product({kernel, std::size_t(inputs), 1, first(x), x.geometry().block_size(), y.block(0).data,
           y.geometry().block_size(), bias, 0, 0, inputs, x.blocks(), relu},
          outputs, threads);
}

void dense_backward_data(const float* kernel, const Batch& dy, Batch& dx, const Threads& threads) {
  assert(dx.samples() == dy.samples());
  const int inputs = dx.geometry().values(), outputs = dy.geometry().values();
  product({kernel, 1, std::size_t(inputs), first(dy), dy.geometry().block_size(), dx.block(0).data,
           dx.geometry().block_size(), nullptr, 0, 0, outputs, dy.blocks(), false},
          inputs, threads);
}

void dense_backward_weights(const Batch& x, const Batch& dy, float* kernel, float* bias,
                            AlignedFloats& scratch, const Threads& threads) {
  assert(x.samples() == dy.samples());
  const int inputs = x.geometry().values(), outputs = dy.geometry().values();
  const int blocks = x.blocks();
  // An odd number of vectors, so that rows do not meet in a few sets of the cache.
  const std::size_t row = (std::size_t(inputs + kLanes - 1) / kLanes | 1) * kLanes;
  const std::size_t rows = row * kLanes * std::size_t(blocks);
  const std::size_t biases = bias ? std::size_t(outputs) * std::size_t(chunks(blocks)) : 0;
  if (scratch.size() < rows + biases) scratch = AlignedFloats(rows + biases);
  threads.each(blocks, [&](int b) {
    kernels::table().transpose(x.block(b).data, inputs,
                               scratch.data() + std::size_t(b) * kLanes * row, row);
  });
  const std::size_t dy_block = dy.geometry().block_size();
  each_range(outputs, threads, [&](int from, int to) {
    kernels::table().gemm_weights(
        {first(dy), dy_block, scratch.data(), row, kernel, from, to, inputs, blocks, kChunkBlocks});
    if (bias) sum_outputs(dy, from, to, scratch.data() + rows, bias);
  });
}

}  // namespace pipeline::nn
