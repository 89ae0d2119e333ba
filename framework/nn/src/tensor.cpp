#include "pipeline/nn/tensor.h"

#include <cstring>
#include <new>

#include "kernels/table.h"

namespace pipeline::nn {

AlignedFloats::AlignedFloats(std::size_t size) : size_(size) {
  const std::size_t bytes = std::max<std::size_t>(size, 1) * sizeof(float);
  data_.reset(static_cast<float*>(::operator new(bytes, std::align_val_t(64))));
  std::memset(data_.get(), 0, bytes);
}

void AlignedFloats::Free::operator()(float* p) const { ::operator delete(p, std::align_val_t(64)); }

Geometry Geometry::of(const Shape& sample, int halo) {
  const auto rank = sample.size();
  for (std::int64_t size : sample)
    if (size < 1 || size > (1 << 24))
      throw Error("a sample of shape " + to_string(sample) +
                  " cannot be laid out in blocks; every size has to be known, and from 1 to 2^24");
  if (elements(sample) > (1 << 27))
    throw Error("a sample of shape " + to_string(sample) + " has more than 2^27 values");
  Geometry g;
  if (rank == 1) g.channels = int(sample[0]);
  if (rank < 2) return g;
  g.height = int(sample[rank - 2]);
  g.width = int(sample[rank - 1]);
  g.halo = halo;
  for (std::size_t i = 0; i + 2 < rank; ++i) g.channels *= int(sample[i]);
  return g;
}

void clear_unused_lanes(const Block& block, int lanes) {
  if (lanes == kLanes) return;
  for (int c = 0; c < block.channels; ++c)
    for (int r = 0; r < block.height; ++r)
      for (int q = 0; q < block.width; ++q)
        for (int lane = lanes; lane < kLanes; ++lane) block.at(c, r, q, lane) = 0;
}

Batch::Batch(Shape sample, int capacity, int halo)
    : sample_(std::move(sample)),
      geometry_(Geometry::of(sample_, halo)),
      blocks_capacity_((capacity + kLanes - 1) / kLanes),
      data_(std::size_t(blocks_capacity_) * geometry_.block_size()) {}

void Batch::set_samples(int samples) {
  if (samples < 0 || samples > capacity())
    throw Error("a batch for " + std::to_string(capacity()) + " samples cannot hold " +
                std::to_string(samples));
  samples_ = samples;
}

namespace {

/// A block as lines of values that are neighbours both in the block and in a plain sample: its
/// rows, or, without a halo, all of it.
struct Lines {
  int count, length;
  explicit Lines(const Geometry& g)
      : count(g.halo ? g.channels * g.height : 1), length(g.halo ? g.width : g.values()) {}
  template <class Float>
  static Float* start(const BasicBlock<Float>& block, int line) {
    return block.row(line / block.height, line % block.height);
  }
};

void fill(Batch& batch, const Threads& threads, const auto& row_of_sample) {
  const Lines lines(batch.geometry());
  threads.each(batch.blocks(), [&](int b) {
    const float* rows[kLanes] = {};
    for (int lane = 0; lane < batch.lanes(b); ++lane) rows[lane] = row_of_sample(b * kLanes + lane);
    for (int line = 0; line < lines.count; ++line)
      kernels::table().interleave(rows, std::size_t(line) * lines.length, lines.length,
                                  Lines::start(batch.block(b), line));
  });
}

}  // namespace

void Batch::gather(std::span<const float> rows, std::span<const std::uint32_t> indices,
                   const Threads& threads) {
  set_samples(int(indices.size()));
  const std::size_t values = geometry_.values(), count = rows.size() / values;
  for (std::uint32_t index : indices)
    if (index >= count)
      throw Error("row " + std::to_string(index) + " of a data set of " + std::to_string(count) +
                  " rows was asked for");
  fill(*this, threads, [&](int sample) { return rows.data() + indices[sample] * values; });
}

void Batch::gather(std::span<const float> rows, std::int64_t first, int count) {
  set_samples(count);
  const std::size_t values = geometry_.values();
  if (first < 0 || (std::size_t(first) + count) * values > rows.size())
    throw Error("rows " + std::to_string(first) + " to " + std::to_string(first + count) +
                " of a data set of " + std::to_string(rows.size() / values) +
                " rows were asked for");
  fill(*this, Threads(),
       [&](int sample) { return rows.data() + (std::size_t(first) + sample) * values; });
}

void Batch::scatter(std::span<float> rows) const {
  const std::size_t values = geometry_.values();
  if (rows.size() != std::size_t(samples_) * values)
    throw Error("a batch of " + std::to_string(samples_) + " samples of shape " +
                to_string(sample_) + " does not fit " + std::to_string(rows.size()) + " values");
  const Lines lines(geometry_);
  for (int s = 0; s < samples_; ++s)
    for (int line = 0; line < lines.count; ++line) {
      const float* from = Lines::start(block(s / kLanes), line) + s % kLanes;
      float* to = rows.data() + std::size_t(s) * values + std::size_t(line) * lines.length;
      for (int i = 0; i < lines.length; ++i) to[i] = from[std::size_t(i) * kLanes];
    }
}

}  // namespace pipeline::nn
