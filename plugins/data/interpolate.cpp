#include <fmt/format.h>

#include <vector>

#include "element_types.h"
#include "pipeline/plugin.h"
#include "take_rows.h"

namespace pipeline::data {
namespace {

using Point = std::vector<double>;

double mix(double a, double b, double share) { return a + (b - a) * share; }

}  // namespace

/// Points on the line between two, or on the square between four (top left, top right, bottom left,
/// bottom right), row by row from the top left. Both ends are included, so that the corners are the
/// points themselves.
class Interpolate : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Points on the line between two, or on the square between four: rows of input x, or "
        "numbers given here. Linear and bilinear; both ends are included.");
    d.param("rows", rows_,
            "the rows of a line's ends, or of a square's corners: top left, top right, bottom "
            "left, bottom right")
        .items(0, 4)
        .at_least(0);
    d.param("points", points_, "the same as numbers, in place of rows: [[0, 0], [1, 2]]")
        .items(0, 4);
    d.param("steps", steps_, "points along a side, both ends included").range(2, 1000);
    d.input("x", x_, "codes or other samples, for rows").optional().rank(1, 64);
    d.output("y", y_,
             "the points between, [steps or steps², …]: row by row of the square; f64 of "
             "f64 rows, else f32");
  }

  void preflight(ComponentFactory&) override {
    if (rows_.empty() == points_.empty())
      throw Error(
          "expected the ends either as rows of input 'x' (parameter 'rows') or as numbers "
          "(parameter 'points')");
    const bool by_rows = !rows_.empty();
    const std::size_t ends = by_rows ? rows_.size() : points_.size();
    if (ends != 2 && ends != 4)
      throw Error(
          fmt::format("parameter '{}' has {}; expected 2, of a line's ends, or 4, of a square's "
                      "corners",
                      by_rows ? "rows" : "points", ends));
    if (by_rows != x_.connected())
      throw Error(by_rows ? "parameter 'rows' needs the input 'x', which is not wired"
                          : "parameter 'points' has the numbers: input 'x' has no place");
    for (const Point& point : points_)
      if (point.empty() || point.size() != points_[0].size())
        throw Error(fmt::format("parameter 'points' has points of {} and of {} numbers",
                                points_[0].size(), point.size()));
    if (by_rows) {
      require_numbers(x_);
      require_rows(x_.shape()[0]);
    }
    y_.set_element_type(by_rows && x_.element_type() == DType::f64 ? DType::f64 : DType::f32);
    y_.set_shape(shape_between(by_rows ? x_.shape() : Shape{0, std::int64_t(points_[0].size())}));
  }

  void run(Context&) override {
    if (x_.connected()) require_rows(x_->shape()[0]);
    const std::vector<Point> ends = x_.connected() ? points_in(*x_) : points_;
    Array y(y_.spec().dtype,
            shape_between(x_.connected() ? x_->shape() : Shape{0, std::int64_t(ends[0].size())}));
    if (y.dtype() == DType::f64) fill(ends, y.mutable_view<double>());
    else fill(ends, y.mutable_view<float>());
    y_.set(std::move(y));
  }

 private:
  void require_rows(std::int64_t count) const {
    for (const std::int64_t row : rows_)
      if (count != kUnknown && row >= count)
        throw Error(
            fmt::format("parameter 'rows' names row {}, and input 'x' has {} rows, counted "
                        "from 0",
                        row, count));
  }
  std::int64_t lines() const { return rows_.size() == 4 || points_.size() == 4 ? steps_ : 1; }
  Shape shape_between(const Shape& shape) const { return with_rows(shape, lines() * steps_); }

  std::vector<Point> points_in(const Array& x) const {
    std::vector<Point> points;
    with_elements(take_rows(x, rows_), [&](auto values) {
      const std::size_t size = values.size() / rows_.size();
      for (std::size_t i = 0; i < rows_.size(); ++i)
        points.emplace_back(values.begin() + std::int64_t(i * size),
                            values.begin() + std::int64_t((i + 1) * size));
    });
    return points;
  }

  /// A line is a square whose upper and lower sides are one.
  template <class T>
  void fill(const std::vector<Point>& ends, std::span<T> y) const {
    const auto corner = [&](std::size_t i) -> const Point& { return ends[i % ends.size()]; };
    T* next = y.data();
    for (std::int64_t i = 0; i < lines(); ++i)
      for (std::int64_t j = 0; j < steps_; ++j) {
        const double down = double(i) / double(steps_ - 1), right = double(j) / double(steps_ - 1);
        for (std::size_t k = 0; k < ends[0].size(); ++k)
          *next++ = T(mix(mix(corner(0)[k], corner(2)[k], down),
                          mix(corner(1)[k], corner(3)[k], down), right));
      }
  }

  std::vector<std::int64_t> rows_;
  std::vector<Point> points_;
  std::int64_t steps_ = 10;
  Input<Array> x_;
  Output<Array> y_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.interpolate", pipeline::data::Interpolate);
