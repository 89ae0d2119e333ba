#include <optional>

#include "bounds.h"
#include "pipeline/plugin.h"
#include "random_warp.h"

namespace pipeline::layers {

/// In training zooms each image around its middle, positive: out, so that 0.2 shows 20 % more of
/// rows and columns. Without a width_factor both are zoomed alike.
class RandomZoom : public RandomWarp {
 public:
  void declare(Declaration& d) override {
    d.summary("In training zooms images.");
    d.param("height_factor", height_, "more rows to be seen, as a share: 0.1 or [-0.1, 0.2]")
        .required();
    d.param("width_factor", width_, "the same for columns; the rows' draw if not given");
    declare_fill(d);
  }

 protected:
  Warp draw(const Geometry& image, double u, double v) const override {
    const double rows = 1 + height_.at(u);
    return around_middle(image, rows, 0, 0, width_ ? 1 + width_->at(v) : rows);
  }

 private:
  Bounds height_;
  std::optional<Bounds> width_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("random_zoom", pipeline::layers::RandomZoom);
