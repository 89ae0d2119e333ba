#include "pipeline/plugin.h"
#include "random_warp.h"

namespace pipeline::layers {

/// In training mirrors each image with probability 1/2: left and right, top and bottom, or each of
/// both.
class RandomFlip : public RandomWarp {
 public:
  void declare(Declaration& d) override {
    d.summary("In training mirrors half of the images.");
    d.param("mode", mode_, "which sides change places")
        .choices({"horizontal", "vertical", "horizontal_and_vertical"});
  }

 protected:
  Warp draw(const Geometry& image, double u, double v) const override {
    Warp warp;
    if (mode_ != "horizontal" && u < 0.5) warp.rows[0] = -1, warp.rows[2] = image.height - 1;
    if (mode_ != "vertical" && v < 0.5) warp.columns[1] = -1, warp.columns[2] = image.width - 1;
    return warp;
  }

 private:
  std::string mode_ = "horizontal_and_vertical";
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("random_flip", pipeline::layers::RandomFlip);
