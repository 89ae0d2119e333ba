#pragma once
#include <span>
#include <string>

#include "pipeline/array.h"
#include "pipeline/param_types.h"

// What training does to a weight besides following the loss's gradient.

namespace pipeline::nn {

/// A penalty on large weights, added to the loss once a batch: l1·sum |w| + l2·sum w², as Keras has
/// it; PyTorch's weight_decay of a plain SGD is twice the l2. `{l2: 1e-4}`, `{l1: 1e-5, l2: 1e-4}`,
/// or null.
struct Regularizer {
  double l1 = 0, l2 = 0;

  explicit operator bool() const { return l1 != 0 || l2 != 0; }
  double penalty(std::span<const float> w) const;
  /// Adds the penalty's gradient; l1's is 0 where the weight is.
  void add_gradient(std::span<const float> w, std::span<float> gradient) const;
};

/// What weights are brought back to after each step, Keras' constraints of the same names:
/// `{max_norm: 3}` shortens, `unit_norm` scales the weights of each output (all values of one index
/// of the first axis; of a bias all of it) to that Euclidean length, `non_neg` makes negative ones
/// 0. Null for none. The lengths are those of Keras with the axes of a kernel but its last.
struct Constraint {
  enum class Kind { none, max_norm, unit_norm, non_neg };
  Kind kind = Kind::none;
  double limit = 2;  ///< of max_norm

  explicit operator bool() const { return kind != Kind::none; }
  void apply(std::span<float> w, const Shape& shape) const;
};

struct WeightRules {
  Regularizer regularizer;
  Constraint constraint;
};

}  // namespace pipeline::nn

template <>
struct pipeline::ParamType<pipeline::nn::Regularizer> {
  static Value schema();
  static void assign(nn::Regularizer& member, const Value& value, const Assign& at);
  static Value value(const nn::Regularizer& member, const PathRendering& paths);
};

template <>
struct pipeline::ParamType<pipeline::nn::Constraint> {
  static Value schema();
  static void assign(nn::Constraint& member, const Value& value, const Assign& at);
  static Value value(const nn::Constraint& member, const PathRendering& paths);
};
