#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "element_types.h"
#include "pipeline/plugin.h"

namespace pipeline::data {
namespace {

/// The interval that all values are in, a wider one where they are all the same.
std::vector<double> range_of(const Array& x) {
  std::vector<double> range = {INFINITY, -INFINITY};
  with_elements(x, [&](auto values) {
    for (const auto value : values) {
      range[0] = std::min(range[0], double(value));
      range[1] = std::max(range[1], double(value));
    }
  });
  if (range[0] > range[1]) return {0, 1};
  if (range[0] == range[1]) return {range[0] - 0.5, range[1] + 0.5};
  return range;
}

}  // namespace

/// How many values lie in each of some equal intervals (numpy.histogram).
class Histogram : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("How many values lie in each of some equal intervals (numpy.histogram).");
    d.param("bins", bins_, "how many intervals").range(1, 1'000'000);
    d.param("range", range_,
            "the first interval's lower and the last one's upper end; by default the least and "
            "the greatest value. What is outside is not counted")
        .items(0, 2);
    d.input("x", x_, "finite numbers of any shape");
    d.output("counts", counts_, "i64 [bins]; an interval has its lower end, the last one both");
    d.output("edges", edges_, "f64 [bins + 1], the ends of the intervals");
  }

  void preflight(ComponentFactory&) override {
    require_numbers(x_);
    if (!range_.empty() && !(range_.size() == 2 && range_[0] < range_[1]))
      throw Error("parameter 'range' must be two numbers, the lower first");
    counts_.set_shape({bins_});
    edges_.set_shape({bins_ + 1});
  }

  void run(Context&) override {
    with_elements(*x_, [](auto values) {
      for (std::size_t i = 0; i < values.size(); ++i)
        if (!std::isfinite(double(values[i])))
          throw Error(fmt::format("input 'x' must be finite, got {} at place {}", values[i], i));
    });
    const std::vector<double> range = range_.empty() ? range_of(*x_) : range_;
    const auto counts = counts_.allocate();
    const auto edges = edges_.allocate();
    const double width = (range[1] - range[0]) / double(bins_);
    for (std::int64_t i = 0; i < bins_; ++i) edges[std::size_t(i)] = double(i) * width + range[0];
    edges[std::size_t(bins_)] = range[1];
    with_elements(*x_, [&](auto values) {
      for (const auto each : values) {
        const double value = double(each);
        if (value < range[0] || value > range[1]) continue;
        // The edges decide where rounding has put a value into the interval beside its own.
        auto bin = std::size_t((value - range[0]) / (range[1] - range[0]) * double(bins_));
        bin = std::min(bin, counts.size() - 1);
        if (value < edges[bin]) --bin;
        else if (bin + 1 < counts.size() && value >= edges[bin + 1]) ++bin;
        ++counts[bin];
      }
    });
  }

 private:
  std::int64_t bins_ = 10;
  std::vector<double> range_;
  Input<Array> x_;
  Output<std::int64_t> counts_;
  Output<double> edges_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.histogram", pipeline::data::Histogram);
