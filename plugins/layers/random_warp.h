#pragma once
#include <string>

#include "one_input.h"

namespace pipeline::layers {

using namespace nn;

/// Where in an image the value of a place (r, q) is looked up:
///   row rows[0]·r + rows[1]·q + rows[2], column columns[0]·r + columns[1]·q + columns[2]
struct Warp {
  double rows[3] = {1, 0, 0}, columns[3] = {0, 1, 0};
};
/// The warp by a matrix {{a, b}, {c, d}} around the middle of an image.
Warp around_middle(const Geometry& image, double a, double b, double c, double d);

/// A layer that in training moves what is in each image, differently for each sample and epoch, and
/// else passes samples on: samples {channels, height, width} keep their shape. Values between four
/// pixels are mixed of them (bilinear interpolation). Two draws a sample, which depend on the seed,
/// the epoch and the sample's row alone.
class RandomWarp : public Layer {
 public:
  Shape build(const std::vector<Shape>& inputs, Builder&) final { return image_input(inputs); }
  void forward(const ForwardBlock& f) const final;
  void backward(const BackwardBlock& f) const final;

 protected:
  /// For draws u and v in [0, 1).
  virtual Warp draw(const Geometry& image, double u, double v) const = 0;
  void declare_fill(Declaration& d);

 private:
  template <class F>
  void each_tap(const Warp& warp, const Geometry& image, F f) const;
  int inside(int place, int size) const;

  std::string fill_mode_ = "reflect";
  double fill_value_ = 0;
};

}  // namespace pipeline::layers
