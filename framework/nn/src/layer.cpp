#include "pipeline/nn/layer.h"

#include <cctype>

#include "pipeline/error.h"
#include "pipeline/nn/batch_sum.h"

namespace pipeline::nn {
namespace {

BlockRandom draws(const Pass& pass, std::uint32_t stream, int block, std::uint32_t purpose) {
  std::array<std::uint32_t, kLanes> rows;
  for (int lane = 0; lane < kLanes; ++lane) {
    const std::size_t sample = std::size_t(block) * kLanes + lane;
    // Without rows the place in the batch; lanes without a sample draw what nobody looks at.
    rows[lane] = sample < pass.rows.size() ? pass.rows[sample] : std::uint32_t(sample);
  }
  return BlockRandom(stream_key(pass.seed, stream), pass.epoch, purpose, rows);
}

}  // namespace

BlockRandom ForwardBlock::random(std::uint32_t purpose) const {
  return draws(pass, stream, block, purpose);
}

BlockRandom BackwardBlock::random(std::uint32_t purpose) const {
  return draws(pass, stream, block, purpose);
}

void Builder::weight(std::string name, Weight& weight, Shape shape, Initializer initializer,
                     const WeightRules& rules) {
  declare({std::move(name), &weight, initializer, true, rules}, std::move(shape), size_);
}

void Builder::state(std::string name, Weight& state, Shape shape, Initializer initializer) {
  declare({std::move(name), &state, initializer, false}, std::move(shape), state_size_);
}

void Builder::declare(Declared declared, Shape shape, std::size_t& size) {
  Weight& weight = *declared.weight;
  weight.size_ = std::size_t(elements(shape));
  weight.shape_ = std::move(shape);
  weight.offset_ = size;
  size += (weight.size_ + kLanes - 1) / kLanes * kLanes;
  weights_.push_back(std::move(declared));
}

void Builder::input_halo(int halo, int input) {
  if (std::size_t(input) >= input_halos_.size()) input_halos_.resize(std::size_t(input) + 1);
  input_halos_[input] = std::max(input_halos_[input], halo);
}

void Layer::forward_batch(const ForwardBatch& batch) {
  batch.threads.each(batch.y.blocks(), [&](int b) {
    std::array<ConstBlock, kMaxInputs> x;
    for (std::size_t i = 0; i < batch.x.size(); ++i) x[i] = batch.x[i]->block(b);
    forward({batch.pass,
             batch.stream,
             b,
             {x.data(), batch.x.size()},
             batch.y.block(b),
             batch.kept + batch.block_kept * std::size_t(b)});
    clear_unused_lanes(batch.y.block(b), batch.y.lanes(b));
  });
}

void Layer::backward_batch(const BackwardBatch& batch) {
  const std::size_t size = batch.gradients.size();
  const int blocks = batch.y.blocks();
  if (batch.partials.size() < size * blocks) batch.partials = AlignedFloats(size * blocks);
  batch.threads.each(blocks, [&](int b) {
    std::array<ConstBlock, kMaxInputs> x;
    std::array<Block, kMaxInputs> dx;
    for (std::size_t i = 0; i < batch.x.size(); ++i) {
      x[i] = batch.x[i]->block(b);
      if (batch.dx[i]) dx[i] = batch.dx[i]->block(b);
    }
    float* partial = batch.partials.data() + size * b;
    std::fill(partial, partial + size, 0.0f);
    backward({batch.pass,
              batch.stream,
              b,
              {x.data(), batch.x.size()},
              batch.y.block(b),
              batch.dy.block(b),
              {dx.data(), batch.dx.size()},
              batch.kept + batch.block_kept * std::size_t(b),
              partial,
              batch.before_activation,
              batch.x_activation});
    for (std::size_t i = 0; i < batch.x.size(); ++i)
      if (dx[i]) clear_unused_lanes(dx[i], batch.y.lanes(b));
  });
  add_blocks(batch.partials.data(), blocks, batch.gradients, batch.threads);
}

std::string Layer::class_name() const {
  std::string name;
  bool start = true;
  for (char c : id()) {
    if (c == '_' || c == '.') start = true;
    else name += start ? char(std::toupper(c)) : c, start = false;
  }
  return name.empty() ? "Layer" : name;
}

}  // namespace pipeline::nn
