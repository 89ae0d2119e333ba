#pragma once
#include <cstddef>
#include <span>

#include "pipeline/nn/parallel.h"
#include "pipeline/nn/tensor.h"

// How sums run over the samples of a batch: those of a weight's gradient, and a channel's mean.
//
// Samples are added in chunks of 64, which are 4 blocks: within a chunk in the order of its samples
// (or of its blocks' sums). The chunks' sums meet as neighbours in a tree, 0 + 1, 2 + 3, …, then
// (0 + 1) + (2 + 3), …; one without a neighbour waits for the next level. The tree is fixed by the
// number of samples alone. So 2^k chunks that begin at a multiple of 2^k can be summed by whoever
// has them, a thread or another machine, and their sums added to the bits of one who has all.
//
// This holds for every node of a graph by itself: a sum is finished before anything is made of it.
// Gradients by weights that several nodes share are such sums, added in the order of the way back;
// a regularizer's comes after them.
//
// What is known of each sample alone is in no such sum. The losses of a batch are one double a
// sample (Objective::forward), and they, and the sums of a Metric, are taken along sample by sample
// in the order of the rows: parts of a batch hand on the samples' losses, or the metric's sums so
// far. Thus they do not depend on the size of batches either, see evaluate().

namespace pipeline::nn {

inline constexpr int kChunkBlocks = 4;
inline constexpr int kChunkSamples = kChunkBlocks * kLanes;
/// Chunks of so many blocks; none are one without a sample.
inline int chunks(int blocks) { return blocks == 0 ? 1 : (blocks - 1) / kChunkBlocks + 1; }

/// Adds `count` chunks' arrays of `size` values by the tree. They lie `stride` values apart from
/// `sums` on; the first becomes the total, of the others nothing is left.
void add_chunks(float* sums, std::size_t size, std::size_t stride, int count);
void add_chunks(double* sums, std::size_t size, std::size_t stride, int count);

/// total = the sum of `count` blocks' arrays, each as long as `total`, which lie one after another
/// from `blocks` on, and of which nothing is left.
void add_blocks(float* blocks, int count, std::span<float> total, const Threads& threads);

}  // namespace pipeline::nn
