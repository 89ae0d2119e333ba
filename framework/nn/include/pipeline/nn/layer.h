#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "pipeline/component.h"
#include "pipeline/declaration.h"
#include "pipeline/nn/activation.h"
#include "pipeline/nn/initializer.h"
#include "pipeline/nn/parallel.h"
#include "pipeline/nn/random.h"
#include "pipeline/nn/tensor.h"
#include "pipeline/nn/weight_rules.h"

// A layer's author writes build(), forward() and backward() for one block of 16 samples, as plain
// single-threaded loops, and is done; plugins/layers holds examples of 40 lines. A layer for which
// more can be had works on the whole batch instead (forward_batch, backward_batch).

namespace pipeline::nn {

/// A layer has at most this many inputs; Graph::add() refuses more.
inline constexpr std::size_t kMaxInputs = 16;

/// What one pass through a graph is.
struct Pass {
  bool training = false;    ///< dropout and sampling draw
  std::uint64_t seed = 0;   ///< of all draws
  std::uint32_t epoch = 0;  ///< draws differ from epoch to epoch
  /// Of each sample in the batch its row in the data set; draws follow the row, not the place in
  /// the batch.
  std::span<const std::uint32_t> rows = {};
  const Threads* threads = nullptr;  ///< none: one thread
};

/// A layer's weight or state: declared in build(), read in forward() and backward(). The graph owns
/// the values; pointers may move between passes.
class Weight {
 public:
  const float* data() const { return data_; }
  std::size_t size() const { return size_; }
  const Shape& shape() const { return shape_; }

 private:
  friend class Graph;
  friend class Builder;
  friend struct BackwardBlock;
  friend struct BackwardBatch;
  friend struct ForwardBatch;
  float* data_ = nullptr;
  std::size_t size_ = 0, offset_ = 0;  ///< offset in the layer's gradients, or in its states
  Shape shape_;
};

/// What a layer declares while it is built.
class Builder {
 public:
  /// Names as Keras': "kernel", "bias". The shape is the one that a stored model shows.
  void weight(std::string name, Weight& weight, Shape shape, Initializer initializer,
              const WeightRules& rules = {});
  /// As weight(), of what no optimizer moves and the layer itself changes: a running mean.
  void state(std::string name, Weight& state, Shape shape, Initializer initializer);
  /// Room of so many floats a block that forward() writes for backward() to read.
  void keep(std::size_t floats) { kept_ = floats; }
  /// Rows and columns of zeros that the layer wants to read around an input.
  void input_halo(int halo, int input = 0);
  /// The same around the gradient of its output.
  void gradient_halo(int halo) { gradient_halo_ = halo; }

 private:
  friend class Graph;
  struct Declared {
    std::string name;
    Weight* weight;
    Initializer initializer;
    bool trainable;
    WeightRules rules = {};
  };
  void declare(Declared declared, Shape shape, std::size_t& size);
  std::vector<Declared> weights_;
  std::vector<int> input_halos_;
  int gradient_halo_ = 0;
  std::size_t size_ = 0, state_size_ = 0, kept_ = 0;
};

/// One block on its way forward.
struct ForwardBlock {
  const Pass& pass;
  std::uint32_t stream;           ///< the layer's own stream of draws
  int block;                      ///< which one of the batch
  std::span<const ConstBlock> x;  ///< the inputs
  /// To be written inside the image; its halo is zero. So are, afterwards, lanes without a sample,
  /// whatever forward() makes of what is in x there.
  Block y;
  float* kept;  ///< room of Builder::keep() floats, which backward() finds as it is left

  /// Draws for the block's samples.
  BlockRandom random(std::uint32_t purpose) const;
};

/// One block on its way back.
struct BackwardBlock {
  const Pass& pass;
  std::uint32_t stream;
  int block;
  std::span<const ConstBlock> x;
  ConstBlock y;  ///< what forward() wrote
  /// The loss's gradient by y, zero in lanes without a sample; may be overwritten inside the image.
  Block dy;
  /// Gradients by the inputs, to be overwritten; one whose `data` is null is not wanted. Lanes
  /// without a sample are zero afterwards.
  std::span<const Block> dx;
  const float* kept;  ///< what forward() left
  float* gradients;   ///< see gradient()
  /// dy is the gradient by what goes into activation(), not by y: whoever gave it had that form.
  bool before_activation;
  /// dx[0] is to be the gradient by what went into this function, of which x[0] is the result:
  /// linear unless the layer said that it does_derivative_of() it.
  Activation x_activation = Activation::linear;

  /// Where this block's share of the gradient by a weight is to be added; zero at first. A sum over
  /// all lanes is right where dy = 0 gives 0, as it does for finite x.
  float* gradient(const Weight& weight) const { return gradients + weight.offset_; }
  BlockRandom random(std::uint32_t purpose) const;
};

/// A whole batch on its way forward. What a layer leaves in lanes without a sample has to be
/// finite.
struct ForwardBatch {
  const Pass& pass;
  std::uint32_t stream;
  std::span<const Batch* const> x;
  Batch& y;
  float* kept;             ///< as many floats a block as Builder::keep() was told
  std::size_t block_kept;  ///< so many
  const Threads& threads;

  /// A state's values, which a pass that trains may change, once a batch.
  float* state(const Weight& state) const { return state.data_; }
};

/// A whole batch on its way back. In lanes without a sample dy is zero, and dx has to be.
struct BackwardBatch {
  const Pass& pass;
  std::uint32_t stream;
  std::span<const Batch* const> x;
  const Batch& y;
  Batch& dy;
  std::span<Batch* const> dx;  ///< null where not wanted
  const float* kept;
  std::size_t block_kept;
  std::span<float> gradients;  ///< of the layer's weights, to be overwritten
  AlignedFloats& partials;     ///< room that the layer may size and use as it likes
  bool before_activation;
  Activation x_activation;  ///< see BackwardBlock
  const Threads& threads;

  float* gradient(const Weight& weight) const { return gradients.data() + weight.offset_; }
};

class Layer;
/// Two layers, one behind the other, as one; see Layer::fuse().
struct Fused {
  std::unique_ptr<Layer> layer;  ///< null: they stay two
  int input_halo = 0;            ///< zeros around each input of the front one
  int gradient_halo = 0;         ///< and around the gradient of the rear one's output
  std::size_t kept = 0;          ///< floats a block that forward() leaves for backward()
};

/// A function of one or more inputs with weights, one node of a Graph. Third parties add their own:
/// derive, and register with PIPELINE_COMPONENT("my_layer", MyLayer).
class Layer : public Component {
 public:
  static constexpr const char* kKind = "layer";

  /// From the shapes of one sample of each input the shape of one sample of the output. Declares
  /// weights and halos. Called once, before anything else. Error, saying what was found and
  /// expected, for inputs that do not fit.
  virtual Shape build(const std::vector<Shape>& inputs, Builder& builder) = 0;
  /// Called once before the blocks of a pass, by one thread: for what they share (weights packed
  /// for a kernel). Blocks may only read it.
  virtual void prepare(const Pass&) {}
  virtual void forward(const ForwardBlock& block) const = 0;
  virtual void backward(const BackwardBlock& block) const = 0;

  /// Whole batches. By default the blocks one by one, in parallel; their shares of the weights'
  /// gradients are added as batch_sum.h says, which has what a layer needs to do likewise. What
  /// these do may not depend on the number of threads.
  virtual void forward_batch(const ForwardBatch& batch);
  virtual void backward_batch(const BackwardBatch& batch);

  // What makes passes faster; a layer that says nothing of it just works.

  /// Asked of a layer with one input, samples of shape `between`, which the layer `before` makes
  /// for it alone: a layer that does the work of both, and so never writes down what lies between
  /// them. It reads what `before` reads, one input or several, and writes what this one writes, is
  /// not built, draws from this one's stream, and may use the weights of one of the two. It has to
  /// honour before_activation for this one's activation() and its own. Both outlive it.
  virtual Fused fuse(const Layer& /*before*/, const Shape& /*between*/) { return {}; }
  /// backward() can multiply dx by the derivative of the function that made x, on its way.
  virtual bool does_derivative_of(Activation) const { return false; }

  /// What the layer ends in: y is this function of something, value by value. A loss that knows the
  /// gradient before it in closed form, or the layer behind, may give that one
  /// (BackwardBlock::before_activation); of a layer that says `linear` they never do.
  virtual Activation activation() const { return Activation::linear; }
  /// As in a summary: "Conv2D". By default made from the id: "my_layer" is "MyLayer".
  virtual std::string class_name() const;
};

/// A layer that works on whole batches alone.
class BatchLayer : public Layer {
 public:
  void forward_batch(const ForwardBatch& batch) override = 0;
  void backward_batch(const BackwardBatch& batch) override = 0;

 private:
  void forward(const ForwardBlock&) const final {}
  void backward(const BackwardBlock&) const final {}
};

}  // namespace pipeline::nn
