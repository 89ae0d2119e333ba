#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "pipeline/array.h"
#include "pipeline/nn/parallel.h"

namespace pipeline::nn {

/// Samples that lie side by side in a block: the width of the vectors that kernels work on.
inline constexpr int kLanes = 16;

/// Floats at a multiple of 64 bytes, zero at first.
class AlignedFloats {
 public:
  AlignedFloats() = default;
  explicit AlignedFloats(std::size_t size);
  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  std::span<float> span() { return {data(), size_}; }
  std::span<const float> span() const { return {data(), size_}; }

 private:
  struct Free {
    void operator()(float* p) const;
  };
  std::unique_ptr<float[], Free> data_;
  std::size_t size_ = 0;
};

/// How one block of 16 samples lies in memory: [channel][row + halo][column + halo][16], the
/// samples innermost. The halo, `halo` rows and columns of zeros on all four sides of each channel,
/// is what a convolution reads beyond the border.
struct Geometry {
  int channels = 1, height = 1, width = 1, halo = 0;

  /// Of samples of a shape: {C, H, W} as it is, {H, W} as one channel, {F} as F channels of 1×1,
  /// which has no halo; axes before the last three join the channels.
  static Geometry of(const Shape& sample, int halo = 0);
  std::size_t row_stride() const { return std::size_t(width + 2 * halo) * kLanes; }
  std::size_t channel_stride() const { return std::size_t(height + 2 * halo) * row_stride(); }
  std::size_t block_size() const { return std::size_t(channels) * channel_stride(); }  ///< floats
  int values() const { return channels * height * width; }  ///< of one sample
};

/// A view of one block. `row(c, y)` is where column 0 starts; the 16 samples' values of column x
/// follow at row(c, y) + 16·x. Rows -halo … height + halo - 1 may be read; a layer writes rows and
/// columns inside the image alone, so that the halo stays zero.
template <class Float>
struct BasicBlock : Geometry {
  Float* data = nullptr;

  BasicBlock() = default;
  BasicBlock(const Geometry& geometry, Float* at) : Geometry(geometry), data(at) {}
  /// A block that may be written, seen as one that may not.
  operator BasicBlock<const Float>() const { return {*this, data}; }
  explicit operator bool() const { return data != nullptr; }

  Float* row(int channel, int y) const {
    return data + std::size_t(channel) * channel_stride() + std::size_t(y + halo) * row_stride() +
           std::size_t(halo) * kLanes;
  }
  /// One value. For tests and slow paths.
  Float& at(int channel, int y, int x, int lane) const {
    return row(channel, y)[std::ptrdiff_t(x) * kLanes + lane];
  }
};
using Block = BasicBlock<float>;
using ConstBlock = BasicBlock<const float>;

/// Calls f(value of each x…) for every value inside the image and stores the result in y; all
/// blocks have y's channels, height and width, each its own halo:
///   map(y, [](float v) { return v > 0 ? v : 0; }, x);
template <class F, class... X>
void map(const Block& y, F f, const X&... x) {
  for (int c = 0; c < y.channels; ++c)
    for (int r = 0; r < y.height; ++r)
      [&](float* out, auto... in) {
        for (int i = 0; i < y.width * kLanes; ++i) out[i] = f(in[i]...);
      }(y.row(c, r), x.row(c, r)...);
}

/// Makes the lanes from `lanes` on zero, inside the image: those without a sample, see
/// Batch::lanes(), whatever was made of what they held.
void clear_unused_lanes(const Block& block, int lanes);

/// Samples in blocks of 16. The last block's unused lanes are zero in what gather() fills and in
/// gradients, and finite in what layers compute, so that sums of products may go over all lanes.
class Batch {
 public:
  Batch() = default;
  /// Room for `capacity` samples of the shape, zero.
  Batch(Shape sample, int capacity, int halo = 0);

  const Shape& sample() const { return sample_; }
  const Geometry& geometry() const { return geometry_; }
  int capacity() const { return blocks_capacity_ * kLanes; }
  int samples() const { return samples_; }
  void set_samples(int samples);  ///< at most capacity()
  int blocks() const { return (samples_ + kLanes - 1) / kLanes; }
  /// Samples in a block: 16, but for the last one.
  int lanes(int block) const { return std::min(kLanes, samples_ - block * kLanes); }
  Block block(int index) {
    return {geometry_, data_.data() + std::size_t(index) * geometry_.block_size()};
  }
  ConstBlock block(int index) const {
    return {geometry_, data_.data() + std::size_t(index) * geometry_.block_size()};
  }
  std::span<float> data() { return data_.span(); }

  /// Fills the batch with rows of `rows`, a plain array [n][values of a sample] in C order: sample
  /// i becomes row indices[i]. Unused lanes become zero. Error if there are more than capacity().
  void gather(std::span<const float> rows, std::span<const std::uint32_t> indices,
              const Threads& threads = Threads());
  /// Sets the samples to rows first … first + count - 1.
  void gather(std::span<const float> rows, std::int64_t first, int count);
  /// Writes all samples to `rows`, one after another in C order.
  void scatter(std::span<float> rows) const;

 private:
  Shape sample_{1};
  Geometry geometry_;
  int blocks_capacity_ = 0;
  int samples_ = 0;
  AlignedFloats data_;
};

}  // namespace pipeline::nn
