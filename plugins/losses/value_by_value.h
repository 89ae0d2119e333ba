#pragma once
#include <array>

#include "pipeline/nn/loss.h"

namespace losses {
using namespace pipeline;

/// A loss that is the mean over a sample's values of a function of output and target. L has
/// `double value_of(double y, double t) const` and `double slope_of(double y, double t) const`, its
/// derivative by y.
template <class L>
class ValueByValue : public nn::Loss {
 public:
  std::array<double, nn::kLanes> value(const nn::ConstBlock& y,
                                       const nn::ConstBlock& target) const override {
    std::array<double, nn::kLanes> sums{};
    for (int c = 0; c < y.channels; ++c)
      for (int r = 0; r < y.height; ++r)
        for (int i = 0; i < y.width * nn::kLanes; ++i)
          sums[std::size_t(i % nn::kLanes)] += self().value_of(y.row(c, r)[i], target.row(c, r)[i]);
    for (double& sum : sums) sum /= y.values();
    return sums;
  }
  void gradient(const nn::ConstBlock& y, const nn::ConstBlock& target, float scale,
                const nn::Block& dy) const override {
    const double share = double(scale) / y.values();
    for (int c = 0; c < y.channels; ++c)
      for (int r = 0; r < y.height; ++r)
        for (int i = 0; i < y.width * nn::kLanes; ++i)
          dy.row(c, r)[i] = float(share * self().slope_of(y.row(c, r)[i], target.row(c, r)[i]));
  }

 private:
  const L& self() const { return static_cast<const L&>(*this); }
};

}  // namespace losses
