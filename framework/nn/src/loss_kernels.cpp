#include "pipeline/nn/loss_kernels.h"

#include "views.h"

namespace pipeline::nn {

std::array<double, kLanes> cross_entropy_sums(const ConstBlock& y, const ConstBlock& target) {
  std::array<double, kLanes> sums{};
  kernels::table().cross_entropy(view(y), view(target), sums.data());
  return sums;
}

void cross_entropy_gradient(const ConstBlock& y, const ConstBlock& target, float scale,
                            const Block& dy) {
  kernels::table().cross_entropy_gradient(view(y), view(target), scale, view(dy));
}

std::array<double, kLanes> squared_error_sums(const ConstBlock& y, const ConstBlock& target) {
  std::array<double, kLanes> sums{};
  kernels::table().squared_error(view(y), view(target), sums.data());
  return sums;
}

void difference(const ConstBlock& y, const ConstBlock& target, float scale, const Block& dy) {
  kernels::table().difference(view(y), view(target), scale, view(dy));
}

}  // namespace pipeline::nn
