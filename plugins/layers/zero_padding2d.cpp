#include "copy_part.h"
#include "one_input.h"
#include "pipeline/plugin.h"

namespace pipeline::layers {

using namespace nn;

/// Zeros around each channel of an image. Samples {channels, height, width}.
class ZeroPadding2d : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Puts zeros around images.");
    d.param("padding", padding_, "zeros above, below, left and right: [1], [rows, columns] or four")
        .range(0, 1024)
        .items(1, 4);
  }

  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    const Shape& x = image_input(inputs);
    if (padding_.size() == 3)
      throw Error(
          "padding has 3 numbers; give one, two [rows, columns], or four [above, below, "
          "left, right]");
    const auto side = [&](std::size_t i) {
      return padding_[padding_.size() == 4 ? i : padding_.size() == 2 ? i / 2 : 0];
    };
    corner_ = {0, int(side(0)), int(side(2))};
    return {x[0], x[1] + side(0) + side(1), x[2] + side(2) + side(3)};
  }

  void forward(const ForwardBlock& f) const override {
    map(f.y, [] { return 0.0f; });
    copy_part(f.x[0], {}, f.y, corner_, f.x[0]);
  }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) copy_part(f.dy, corner_, f.dx[0], {}, f.dx[0]);
  }
  std::string class_name() const override { return "ZeroPadding2D"; }

 private:
  std::vector<std::int64_t> padding_{1};
  Corner corner_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("zero_padding2d", pipeline::layers::ZeroPadding2d);
