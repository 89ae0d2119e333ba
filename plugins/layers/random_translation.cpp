#include "bounds.h"
#include "pipeline/plugin.h"
#include "random_warp.h"

namespace pipeline::layers {

/// In training shifts each image by shares of its height (positive: down) and width (positive: to
/// the right).
class RandomTranslation : public RandomWarp {
 public:
  void declare(Declaration& d) override {
    d.summary("In training shifts images.");
    d.param("height_factor", height_, "share of the height: 0.1 or [-0.1, 0.2]").required();
    d.param("width_factor", width_, "share of the width: 0.1 or [-0.1, 0.2]").required();
    declare_fill(d);
  }

 protected:
  Warp draw(const Geometry& image, double u, double v) const override {
    Warp warp;
    warp.rows[2] = -height_.at(u) * image.height;
    warp.columns[2] = -width_.at(v) * image.width;
    return warp;
  }

 private:
  Bounds height_, width_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("random_translation", pipeline::layers::RandomTranslation);
