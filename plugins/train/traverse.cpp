#include <fmt/format.h>

#include <array>

#include "inference.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Codes between the codes of some rows, by linear interpolation: on the line between two, or on
/// the square between four (top left, top right, bottom left, bottom right), row by row from the
/// top left. Both ends are included, so that the corners are the codes themselves.
///   codes {n, code…} -> codes {steps or steps², code…}
class Traverse : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Codes on the line between two codes, or on the square between four");
    d.input("codes", codes_, "codes, such as model.encode gives").rank(2, 64);
    d.output("codes", between_, "the codes between them, row by row of the square");
    d.param("rows", rows_,
            "the rows of the ends of a line, or of the corners of a square: top left, top right, "
            "bottom left, bottom right")
        .required()
        .items(2, 4)
        .at_least(0);
    d.param("steps", steps_, "codes along a side, both ends included").at_least(2).at_most(1000);
  }
  void preflight(ComponentFactory&) override {
    if (rows_.size() == 3)
      throw Error(
          "parameter 'rows' has 3 rows; expected 2, of a line's ends, or 4, of a square's "
          "corners");
    const std::int64_t count = codes_.shape()[0];
    for (std::int64_t row : rows_)
      if (count != kUnknown && row >= count)
        throw Error(
            fmt::format("parameter 'rows' names row {}, and input 'codes' has {} rows, "
                        "counted from 0",
                        row, count));
    between_.set_shape(
        rows_of(rows_.size() == 4 ? steps_ * steps_ : steps_, sample_of(codes_.shape())));
  }
  void run(Context&) override;

 private:
  std::vector<std::int64_t> rows_;
  std::int64_t steps_ = 10;
  Input<float> codes_;
  Output<float> between_;
};

void Traverse::run(Context&) {
  const Shape sample = sample_of(codes_->shape());
  const std::size_t size = std::size_t(elements(sample));
  std::array<std::span<const float>, 4> corner;  // a line is a square whose sides are one
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t row = std::size_t(rows_[i % rows_.size()]);
    corner[i] = codes_.view().subspan(row * size, size);
  }
  const std::int64_t lines = rows_.size() == 4 ? steps_ : 1;
  const std::span<float> out = between_.allocate(rows_of(lines * steps_, sample));
  const auto mix = [](double a, double b, double share) { return a + (b - a) * share; };
  for (std::int64_t i = 0; i < lines; ++i)
    for (std::int64_t j = 0; j < steps_; ++j) {
      const double down = double(i) / double(steps_ - 1), right = double(j) / double(steps_ - 1);
      float* const code = out.data() + std::size_t(i * steps_ + j) * size;
      for (std::size_t k = 0; k < size; ++k)
        code[k] = float(mix(mix(corner[0][k], corner[2][k], down),
                            mix(corner[1][k], corner[3][k], down), right));
    }
}

}  // namespace

PIPELINE_COMPONENT("model.traverse", Traverse);
