#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "pipeline/plugin.h"

namespace pipeline::data {

/// Gives each sample (index on the first axis) another shape of as many values.
class Reshape : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Gives each sample another shape of as many values.");
    d.param("shape", shape_, "of one sample; one size may be -1: what is left over")
        .required()
        .at_least(-1)
        .items(0, 31);
    d.input("x", x_, "samples along the first axis").rank(1, 32);
    d.output("y", y_, "the same values");
  }

  void preflight(ComponentFactory&) override {
    y_.set_element_type(x_.element_type());
    y_.set_shape(target(x_.shape()));
  }

  void run(Context&) override { y_.set(x_->reshaped(target(x_->shape()))); }

 private:
  [[noreturn]] void fail(const Shape& from) const {
    throw Error(fmt::format("samples of {} have {} values, which do not fill the shape {}",
                            to_string(from), elements(from), to_string(shape_)));
  }

  Shape target(const Shape& x) const {
    Shape target = {x[0]}, sample(x.begin() + 1, x.end());
    target.insert(target.end(), shape_.begin(), shape_.end());
    const std::int64_t values = elements(sample);
    const auto open = std::count(shape_.begin(), shape_.end(), -1);
    if (open > 1) throw Error("parameter 'shape' may have one -1, got " + to_string(shape_));
    if (values == kUnknown) return target;
    if (open == 0) {
      if (elements(shape_) != values) fail(sample);
      return target;
    }
    std::int64_t others = 1;
    for (const std::int64_t size : shape_)
      if (size != -1) others = elements({others, size});
    if (others == 0 || values % others != 0) fail(sample);
    *std::find(target.begin() + 1, target.end(), -1) = values / others;
    return target;
  }

  Shape shape_;
  Input<Array> x_;
  Output<Array> y_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.reshape", pipeline::data::Reshape);
