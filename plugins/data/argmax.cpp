#include <fmt/format.h>

#include <cmath>

#include "element_types.h"
#include "pipeline/plugin.h"

namespace pipeline::data {

/// The place of the greatest value of each vector: labels of one-hot vectors or of probabilities.
class Argmax : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "The place of the greatest value along the last axis, the first of equals: the labels of "
        "one-hot vectors or of probabilities (numpy.argmax).");
    d.input("x", x_, "numbers, a vector along the last axis").rank(1, 64);
    d.output("labels", labels_, "i64, the shape of x without the last axis");
  }

  void preflight(ComponentFactory&) override {
    require_numbers(x_);
    labels_.set_shape(vectors(x_.shape()));
  }

  void run(Context&) override {
    const auto labels = labels_.allocate(vectors(x_->shape()));
    with_elements(x_.get(), [&](auto x) {
      const std::size_t size = std::size_t(x_->shape().back());
      for (std::size_t i = 0; i < labels.size(); ++i)
        for (std::size_t k = 0; k < size; ++k) {
          if (std::isnan(double(x[i * size + k])))
            throw Error(
                fmt::format("input 'x' is not a number (NaN) at place {} of vector {}", k, i));
          if (x[i * size + k] > x[i * size + std::size_t(labels[i])]) labels[i] = std::int64_t(k);
        }
    });
  }

 private:
  static Shape vectors(const Shape& shape) {
    if (shape.back() == 0)
      throw Error(
          fmt::format("input 'x' is {}: vectors of no values have no greatest", to_string(shape)));
    return Shape(shape.begin(), shape.end() - 1);
  }

  Input<Array> x_;
  Output<std::int64_t> labels_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.argmax", pipeline::data::Argmax);
