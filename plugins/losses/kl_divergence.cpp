#include <algorithm>

#include "pipeline/math.h"
#include "pipeline/nn/loss.h"
#include "pipeline/plugin.h"
#include "places.h"

namespace losses {

/// Sum over the classes of t·ln(t / y), mean over the places, both clipped to [1e-7, 1]: how far
/// the distribution y is from t (Kullback and Leibler, 1951); Keras' kl_divergence. Classes are the
/// channels.
class KlDivergence : public nn::Loss {
 public:
  void declare(Declaration& d) override {
    d.summary("How far a distribution is from the target's (Kullback and Leibler, 1951).");
  }
  Shape target_shape(const Shape& y) const override {
    require_classes(y);
    return y;
  }
  nn::Domain targets(const Shape&) const override { return {0, 1, false, true}; }
  nn::Domain outputs() const override { return {0, 1}; }

  std::array<double, nn::kLanes> value(const nn::ConstBlock& y,
                                       const nn::ConstBlock& target) const override {
    std::array<double, nn::kLanes> sums{};
    each_place(y, [&](int r, int q, int lane, const std::vector<double>& outputs) {
      for (std::size_t c = 0; c < outputs.size(); ++c) {
        const double t = clipped(double(target.at(int(c), r, q, lane)));
        sums[std::size_t(lane)] += t * math::log(t / clipped(outputs[c]));
      }
    });
    for (double& sum : sums) sum /= double(y.height) * y.width;
    return sums;
  }
  void gradient(const nn::ConstBlock& y, const nn::ConstBlock& target, float scale,
                const nn::Block& dy) const override {
    const double share = double(scale) / (double(y.height) * y.width);
    each_place(y, [&](int r, int q, int lane, const std::vector<double>& outputs) {
      for (std::size_t c = 0; c < outputs.size(); ++c) {
        const double t = clipped(double(target.at(int(c), r, q, lane)));
        const bool inside = outputs[c] >= kLeast && outputs[c] <= 1;
        dy.at(int(c), r, q, lane) = inside ? float(-share * t / outputs[c]) : 0.0f;
      }
    });
  }

 private:
  static constexpr double kLeast = 1e-7;
  static double clipped(double p) { return std::clamp(p, kLeast, 1.0); }
};

}  // namespace losses

PIPELINE_COMPONENT("kl_divergence", losses::KlDivergence);
