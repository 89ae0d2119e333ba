#pragma once
#include "pipeline/nn/loss.h"
#include "places.h"

namespace losses {

/// -sum over the classes of t·ln p, mean over the places of a sample. p is the output divided by
/// its sum and clipped to [1e-7, 1 - 1e-7], or the softmax of the output where that is logits, as
/// Keras has both. Classes are the channels.
class ClassEntropy : public nn::Loss {
 public:
  nn::Domain outputs() const override { return from_logits_ ? nn::Domain{} : nn::Domain{0, 1}; }
  std::array<double, nn::kLanes> value(const nn::ConstBlock& y,
                                       const nn::ConstBlock& target) const override;
  void gradient(const nn::ConstBlock& y, const nn::ConstBlock& target, float scale,
                const nn::Block& dy) const override;
  bool knows_before(nn::Activation activation) const override {
    return activation == nn::Activation::softmax && !from_logits_;
  }
  /// (p - t) / places, which is exact where p is near 0.
  void gradient_before(nn::Activation, const nn::ConstBlock& y, const nn::ConstBlock& target,
                       float scale, const nn::Block& dy) const override;

 protected:
  void declare_logits(Declaration& d) {
    d.param("from_logits", from_logits_, "outputs are what a softmax would be given");
  }
  /// The share of each class in the target at a place; `classes` is as long as there are.
  virtual void distribution(const nn::ConstBlock& target, int r, int q, int lane,
                            std::vector<double>& classes) const = 0;

 private:
  bool from_logits_ = false;
};

}  // namespace losses
