#pragma once
#include <memory>
#include <mutex>
#include <vector>

#include "conv2d.h"

namespace pipeline::layers {

using namespace nn;

/// A convolution of stride 1 with relu and the pooling of 2×2 behind it: the large image is never
/// written. On the way back it is needed for one block at a time, with the gradient where the
/// windows' winners stand. The largest of relus is the relu of the largest, so that the activation
/// stays the convolution's.
class ConvPool2d : public FusedConv2d {
 public:
  /// `full` is the shape that the convolution gives.
  static Fused fused(const Conv2d& conv, const Shape& full) {
    auto layer = std::make_unique<ConvPool2d>(conv, full);
    const Geometry& g = layer->full_;
    const std::size_t windows =
        std::size_t(g.channels) * std::size_t((g.height + 1) / 2) * std::size_t((g.width + 1) / 2);
    return {std::move(layer), conv.sizes().input_halo(), 0, windows * kWinnerFloats};
  }
  ConvPool2d(const Conv2d& conv, const Shape& full)
      : FusedConv2d(conv),
        op_(conv.sizes()),
        full_(Geometry::of(full, conv.sizes().gradient_halo())) {}

  void prepare(const Pass& pass) override { op_.pack(conv_.kernel().data(), pass.training); }
  void forward(const ForwardBlock& f) const override {
    op_.forward_pooled(f.x[0], conv_.bias_data(), full_.height, full_.width, f.y,
                       reinterpret_cast<std::uint16_t*>(f.kept));
  }
  void backward(const BackwardBlock& f) const override {
    // Winners are above 0, so that the relu's derivative is in them already, asked for or not.
    AlignedFloats room = take_room();
    const Block full(full_, room.data());
    unpool(f.dy, reinterpret_cast<const std::uint16_t*>(f.kept), full);
    backward_through(op_, conv_, f, full);
    give_back(std::move(room));
  }

 private:
  static constexpr std::size_t kWinnerFloats = 4 * sizeof(std::uint16_t) / sizeof(float);

  /// A block for one thread at a time, whose halo is zero.
  AlignedFloats take_room() const {
    const std::lock_guard lock(mutex_);
    if (rooms_.empty()) return AlignedFloats(full_.block_size());
    AlignedFloats room = std::move(rooms_.back());
    rooms_.pop_back();
    return room;
  }
  void give_back(AlignedFloats room) const {
    const std::lock_guard lock(mutex_);
    rooms_.push_back(std::move(room));
  }

  Conv2dOp op_;
  Geometry full_;
  mutable std::mutex mutex_;
  mutable std::vector<AlignedFloats> rooms_;
};

}  // namespace pipeline::layers
