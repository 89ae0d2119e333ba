#pragma once
#include <vector>

#include "kernels.h"

namespace pipeline::tsne {

/// The factors of one length of transform: n = 2^a·3^b·5^c, n >= 4.
class FftPlan {
 public:
  FftPlan() = default;
  explicit FftPlan(int n);
  int size() const { return n_; }
  /// Points into this object.
  FftShape shape() const;

  /// The least length >= n that is a multiple of 4 with no other prime factors than 2, 3 and 5.
  static int good_size(int n);

 private:
  int n_ = 0;
  std::vector<int> radices_;
  std::vector<float> factors_, quarter_, half_;
};

}  // namespace pipeline::tsne
