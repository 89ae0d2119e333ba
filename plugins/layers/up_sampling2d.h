#pragma once
#include "one_input.h"
#include "pair.h"
#include "pipeline/nn/pool.h"

namespace pipeline::layers {

using namespace nn;

/// Repeats each value: y[c][r][q] = x[c][r / rows][q / columns] (nearest neighbour). Samples
/// {channels, height, width} to {channels, rows·height, columns·width}.
class UpSampling2d : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Enlarges images by repeating each value.");
    d.param("size", size_, "times that rows and columns repeat: 2 or [2, 3]");
  }

  Shape build(const std::vector<Shape>& inputs, Builder&) override {
    const Shape& x = image_input(inputs);
    return {x[0], x[1] * size_.rows, x[2] * size_.columns};
  }

  void forward(const ForwardBlock& f) const override {
    up_sample_forward(size_.rows, size_.columns, f.x[0], f.y);
  }
  void backward(const BackwardBlock& f) const override {
    if (f.dx[0]) up_sample_backward(size_.rows, size_.columns, f.dy, f.dx[0]);
  }
  std::string class_name() const override { return "UpSampling2D"; }

  const Pair& size() const { return size_; }

 private:
  Pair size_{2, 2};
};

}  // namespace pipeline::layers
