#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "kernels.h"
#include "large.h"
#include "neighbours.h"
#include "workers.h"

namespace pipeline::tsne {

/// p_(j|i) for each of a point's neighbours, in their order: exp(-beta_i·d²), normalised, with
/// beta_i such that the perplexity exp(-sum p·log p) is the one asked for, to 1e-5 of its logarithm
/// (scikit-learn's bisection from beta 1, at most 100 steps).
Large<float> conditional_affinities(const Neighbours& neighbours, double perplexity,
                                    Workers& workers, const std::function<void()>& check);

/// A symmetric matrix of joint probabilities; only what is not zero is kept.
class Affinities {
 public:
  /// (p_(j|i) + p_(i|j)) over the sum of all (van der Maaten and Hinton, 2008).
  Affinities(const Neighbours& neighbours, const Large<float>& conditional, Workers& workers);

  /// Row i becomes what row from[i] was, and the columns likewise; `from` is a permutation. A row's
  /// entries keep their order.
  void reorder(const std::vector<std::int32_t>& from, Workers& workers);

  std::int64_t count() const { return std::int64_t(begin_.size()) - 1; }
  SparseRows rows() const { return {begin_.data(), index_.data(), p_.data()}; }
  /// The sum of p·log p.
  double negative_entropy() const { return negative_entropy_; }
  /// The sum of p, which is 1 but for rounding.
  double total() const { return total_; }

 private:
  void normalise(Workers& workers);

  /// For reorder(), which would spend long on fresh memory.
  struct Spare {
    std::vector<std::int64_t> begin;
    Large<std::int32_t> index;
    Large<float> p;
  };

  std::vector<std::int64_t> begin_;
  Large<std::int32_t> index_;
  Large<float> p_;
  Spare spare_;
  double negative_entropy_ = 0, total_ = 0;
};

}  // namespace pipeline::tsne
