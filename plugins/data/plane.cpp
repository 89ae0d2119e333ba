#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "element_types.h"
#include "pipeline/plugin.h"

namespace pipeline::data {
namespace {

/// From one end to the other in equal steps, both included.
double at_step(const std::vector<double>& ends, std::int64_t step, std::int64_t steps) {
  return ends[0] + (ends[1] - ends[0]) * double(step) / double(steps - 1);
}

}  // namespace

/// The points of a grid over a plane, such as a space of codes: row by row from the top left, where
/// the first coordinate is least and the second greatest.
class Plane : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "The points of a grid over a plane through a space of codes, row by row from the top left: "
        "the first coordinate grows to the right, the second upwards.");
    d.param("horizontal", horizontal_,
            "[least, greatest] of the first coordinate; by default "
            "what codes has")
        .items(0, 2);
    d.param("vertical", vertical_, "[least, greatest] of the second; by default what codes has")
        .items(0, 2);
    d.param("dimensions", dimensions_, "which two coordinates the plane is along")
        .items(2, 2)
        .at_least(0);
    d.param("at", at_,
            "all coordinates of a point of the plane; by default the mean of codes, or "
            "0 in two dimensions");
    d.param("steps", steps_, "points along a side, both ends included").range(2, 1000);
    d.input("codes", codes_, "codes [n, d], for their range and mean").optional().rank(2);
    d.output("codes", grid_, "f32 [steps², d], the grid's points");
  }

  void preflight(ComponentFactory&) override {
    require_interval(horizontal_, "horizontal");
    require_interval(vertical_, "vertical");
    if (codes_.connected()) require_numbers(codes_);
    const std::int64_t size = coordinates(codes_.connected() ? codes_.shape()[1] : kUnknown);
    if (size != kUnknown) require_dimensions(size);
    grid_.set_shape({steps_ * steps_, size});
  }

  void run(Context&) override {
    const auto size = std::size_t(coordinates(codes_.connected() ? codes_->shape()[1] : kUnknown));
    require_dimensions(std::int64_t(size));
    std::vector<double> base = at_;
    std::vector<double> across = horizontal_, up = vertical_;
    if (codes_.connected()) measure(size, base, across, up);
    base.resize(size);
    const auto grid = grid_.allocate({steps_ * steps_, std::int64_t(size)});
    for (std::int64_t i = 0; i < steps_; ++i)
      for (std::int64_t j = 0; j < steps_; ++j) {
        float* const point = grid.data() + std::size_t(i * steps_ + j) * size;
        for (std::size_t k = 0; k < size; ++k) point[k] = float(base[k]);
        point[dimensions_[0]] = float(at_step(across, j, steps_));
        point[dimensions_[1]] = float(at_step(up, steps_ - 1 - i, steps_));
      }
  }

 private:
  void require_interval(const std::vector<double>& ends, const char* name) const {
    if (ends.empty() && !codes_.connected())
      throw Error(
          fmt::format("parameter '{}' is not given, and input 'codes', which would have "
                      "the range, is not wired",
                      name));
    if (!ends.empty() && !(ends.size() == 2 && ends[0] < ends[1]))
      throw Error(fmt::format("parameter '{}' must be two numbers, the lower first", name));
  }

  /// Of a point; `wired` is that of the codes. Error where `at` has another number.
  std::int64_t coordinates(std::int64_t wired) const {
    if (!codes_.connected()) return at_.empty() ? 2 : std::int64_t(at_.size());
    if (!at_.empty() && wired != kUnknown && std::int64_t(at_.size()) != wired)
      throw Error(
          fmt::format("parameter 'at' has {} numbers, and codes have {}", at_.size(), wired));
    return wired;
  }

  void require_dimensions(std::int64_t size) const {
    for (const std::int64_t dimension : dimensions_)
      if (dimension >= size)
        throw Error(
            fmt::format("parameter 'dimensions' names coordinate {}; a point has {}, counted "
                        "from 0",
                        dimension, size));
    if (dimensions_[0] == dimensions_[1])
      throw Error(fmt::format("parameter 'dimensions' names coordinate {} twice", dimensions_[0]));
  }

  /// Fills in what is not given: the mean, and the range along the plane's two coordinates.
  void measure(std::size_t size, std::vector<double>& base, std::vector<double>& across,
               std::vector<double>& up) const {
    const auto rows = std::size_t(codes_->shape()[0]);
    if (rows == 0) throw Error("input 'codes' has no rows, so that there is no range");
    std::vector<double> mean(size), least(size, INFINITY), greatest(size, -INFINITY);
    with_elements(*codes_, [&](auto codes) {
      for (std::size_t i = 0; i < codes.size(); ++i) {
        const double value = double(codes[i]);
        if (!std::isfinite(value))
          throw Error(fmt::format("input 'codes' must be finite, got {} in row {}, coordinate {}",
                                  value, i / size, i % size));
        mean[i % size] += value;
        least[i % size] = std::min(least[i % size], value);
        greatest[i % size] = std::max(greatest[i % size], value);
      }
    });
    for (double& value : mean) value /= double(rows);
    if (base.empty()) base = mean;
    const auto first = std::size_t(dimensions_[0]), second = std::size_t(dimensions_[1]);
    if (across.empty()) across = {least[first], greatest[first]};
    if (up.empty()) up = {least[second], greatest[second]};
  }

  std::vector<double> horizontal_, vertical_, at_;
  std::vector<std::int64_t> dimensions_ = {0, 1};
  std::int64_t steps_ = 10;
  Input<Array> codes_;
  Output<float> grid_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.plane", pipeline::data::Plane);
