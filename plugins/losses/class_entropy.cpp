#include "class_entropy.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "pipeline/math.h"

namespace losses {
namespace {

constexpr double kLeast = 1e-7, kMost = 1 - 1e-7;

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

/// ln of the sum of e^z.
double log_sum_exp(const std::vector<double>& z) {
  const double most = *std::max_element(z.begin(), z.end());
  double sum = 0;
  for (double value : z) sum += math::exp(value - most);
  return most + math::log(sum);
}

}  // namespace

std::array<double, nn::kLanes> ClassEntropy::value(const nn::ConstBlock& y,
                                                   const nn::ConstBlock& target) const {
  std::array<double, nn::kLanes> sums{};
  std::vector<double> t(std::size_t(y.channels));
  each_place(y, [&](int r, int q, int lane, const std::vector<double>& outputs) {
    distribution(target, r, q, lane, t);
    const double norm = from_logits_ ? log_sum_exp(outputs) : sum_of(outputs);
    for (std::size_t c = 0; c < t.size(); ++c) {
      if (t[c] == 0) continue;
      const double log_p = from_logits_ ? outputs[c] - norm
                                        : math::log(std::clamp(outputs[c] / norm, kLeast, kMost));
      sums[std::size_t(lane)] -= t[c] * log_p;
    }
  });
  for (double& sum : sums) sum /= double(y.height) * y.width;
  return sums;
}

void ClassEntropy::gradient(const nn::ConstBlock& y, const nn::ConstBlock& target, float scale,
                            const nn::Block& dy) const {
  const double share = double(scale) / (double(y.height) * y.width);
  std::vector<double> t(std::size_t(y.channels));
  each_place(y, [&](int r, int q, int lane, const std::vector<double>& outputs) {
    distribution(target, r, q, lane, t);
    const double all = sum_of(t);
    const double norm = from_logits_ ? log_sum_exp(outputs) : sum_of(outputs);
    // By p_c / sum of p: -t_c / p_c where it is not clipped; all outputs are in the sum.
    double through_sum = 0;
    for (std::size_t c = 0; c < t.size() && !from_logits_; ++c) {
      const double p = outputs[c] / norm;
      if (p >= kLeast && p <= kMost) through_sum += t[c];
    }
    for (std::size_t c = 0; c < t.size(); ++c) {
      double slope = 0;
      if (from_logits_) {
        slope = all * math::exp(outputs[c] - norm) - t[c];
      } else {
        const double p = outputs[c] / norm;
        const bool inside = p >= kLeast && p <= kMost;
        slope = through_sum / norm - (inside && t[c] != 0 ? t[c] / outputs[c] : 0);
      }
      dy.at(int(c), r, q, lane) = float(share * slope);
    }
  });
}

void ClassEntropy::gradient_before(nn::Activation, const nn::ConstBlock& y,
                                   const nn::ConstBlock& target, float scale,
                                   const nn::Block& dy) const {
  const double share = double(scale) / (double(y.height) * y.width);
  std::vector<double> t(std::size_t(y.channels));
  each_place(y, [&](int r, int q, int lane, const std::vector<double>& outputs) {
    distribution(target, r, q, lane, t);
    const double all = sum_of(t);
    for (std::size_t c = 0; c < t.size(); ++c)
      dy.at(int(c), r, q, lane) = float(share * (all * outputs[c] - t[c]));
  });
}

}  // namespace losses
