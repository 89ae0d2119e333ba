#include <cmath>

#include "bounds.h"
#include "pipeline/plugin.h"
#include "random_warp.h"

namespace pipeline::layers {
namespace {

/// cos(x) and sin(x) of an angle within ±π, by their series: the C library's bits differ from one
/// version to the next.
void cosine_and_sine(double x, double& cosine, double& sine) {
  double term = 1;
  cosine = sine = 0;
  for (int n = 0; n < 36; ++n) {
    (n % 2 ? sine : cosine) += n % 4 < 2 ? term : -term;
    term *= x / (n + 1);
  }
}

}  // namespace

/// In training turns each image around its middle by a share of the full circle, positive:
/// counter-clockwise.
class RandomRotation : public RandomWarp {
 public:
  void declare(Declaration& d) override {
    d.summary("In training turns images.");
    d.param("factor", factor_, "share of the circle: 0.1 or [-0.1, 0.2]").required();
    declare_fill(d);
  }

 protected:
  Warp draw(const Geometry& image, double u, double) const override {
    const double turns = factor_.at(u);
    double cosine, sine;
    cosine_and_sine((turns - std::floor(turns + 0.5)) * 2 * 3.14159265358979323846, cosine, sine);
    return around_middle(image, cosine, sine, -sine, cosine);
  }

 private:
  Bounds factor_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("random_rotation", pipeline::layers::RandomRotation);
