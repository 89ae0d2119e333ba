#include <fmt/format.h>

#include <vector>

#include "element_types.h"
#include "pipeline/plugin.h"

namespace pipeline::data {

/// Maps one interval onto another, linearly: by default bytes onto [0, 1].
class Scale : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Maps the interval `from` linearly onto `to`, by default bytes onto [0, 1].");
    d.param("from", from_, "the interval of the values that come in").items(2, 2);
    d.param("to", to_, "the interval that it becomes").items(2, 2);
    d.input("x", x_, "numbers of any type and shape");
    d.output("y", y_, "the same in the other interval; values outside `from` are not cut off");
  }

  void preflight(ComponentFactory&) override {
    require_numbers(x_);
    if (from_[0] == from_[1])
      throw Error(
          fmt::format("parameter 'from' must be two different numbers, got {} twice", from_[0]));
    y_.set_shape(x_.shape());
  }

  void run(Context&) override {
    const auto y = y_.allocate(x_->shape());
    with_elements(x_.get(), [&](auto x) {
      for (std::size_t i = 0; i < x.size(); ++i)
        y[i] =
            float(to_[0] + (double(x[i]) - from_[0]) * (to_[1] - to_[0]) / (from_[1] - from_[0]));
    });
  }

 private:
  std::vector<double> from_ = {0, 255}, to_ = {0, 1};
  Input<Array> x_;
  Output<float> y_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.scale", pipeline::data::Scale);
