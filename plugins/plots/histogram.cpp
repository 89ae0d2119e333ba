#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bars.h"
#include "color_scale.h"
#include "frame.h"
#include "gnuplot.h"
#include "numbers.h"
#include "pipeline/plugin.h"
#include "series.h"

namespace plots {
namespace {

using pipeline::Array;
using pipeline::Context;
using pipeline::Error;

constexpr std::size_t kMostClassesShown = 10;

/// How often values fall into equally wide bins, as numpy.histogram counts them.
class HistogramPlot : public pipeline::Stage {
 public:
  void declare(pipeline::Declaration& d) override {
    d.summary("Draws how often values fall into equally wide bins, on request by class");
    figure_.declare(d);
    d.param("width", figure_.width, "width of the figure").range(100, 4000).unit("px");
    d.param("height", figure_.height, "height of the figure").range(100, 4000).unit("px");
    d.param("bins", bins_, "number of bins").range(1, 1000);
    d.param("range", range_, "[lowest, highest]: values beyond are left out; by default all")
        .items(0, 2);
    d.param("class_names", class_names_, "names of the classes 0, 1, … in the legend");
    d.param("x_label", x_label_, "text below the horizontal axis");
    d.param("y_label", y_label_, "text beside the vertical axis");
    d.input("values", values_, "numbers of any shape");
    d.input("labels", labels_, "as many whole numbers: bars of a colour of its own for each")
        .optional();
    d.output("figure", drawn_, "the figure, with `edges` [bins + 1] and `counts` [classes, bins]");
  }
  void preflight(pipeline::ComponentFactory&) override;
  void run(Context& context) override;

 private:
  std::pair<double, double> ends(const std::vector<double>& values) const;

  FigureParams figure_{640, 480};
  std::int64_t bins_ = 30;
  std::vector<double> range_;
  std::vector<std::string> class_names_;
  std::string x_label_, y_label_ = "count";
  pipeline::Input<Array> values_, labels_;
  pipeline::Output<pipeline::Figure> drawn_;
};

void HistogramPlot::preflight(pipeline::ComponentFactory&) {
  figure_.preflight();
  require_numbers(values_.element_type(), "values");
  if (range_.size() == 1 || (range_.size() == 2 && !(range_[0] < range_[1])))
    throw Error("range has to be two numbers, the lower first");
  const std::int64_t n = pipeline::elements(values_.shape());
  if (n == 0) throw Error("there is nothing to count: values is empty");
  if (!labels_.connected()) {
    if (!class_names_.empty())
      throw Error("class_names needs the input labels, which is not wired");
    return;
  }
  require_numbers(labels_.element_type(), "labels");
  const std::int64_t labels = pipeline::elements(labels_.shape());
  if (n != pipeline::kUnknown && labels != pipeline::kUnknown && n != labels)
    throw Error(fmt::format("labels must have one for each of the {} values, got {}", n, labels));
}

/// As numpy: around one single value half a unit on either side.
std::pair<double, double> HistogramPlot::ends(const std::vector<double>& values) const {
  if (!range_.empty()) return {range_[0], range_[1]};
  const auto [least, most] = extremes(values);
  if (least < most) return {least, most};
  const Axis wide = Axis::around(least, most);
  return std::abs(least) < 1e6 ? std::pair{least - 0.5, most + 0.5}
                               : std::pair{wide.low(), wide.high()};
}

void HistogramPlot::run(Context& context) {
  const std::vector<double> values = doubles(values_.get(), "values");
  const std::vector<double> labels = labels_.connected() ? doubles(labels_.get(), "labels")
                                                         : std::vector<double>(values.size(), 0.0);
  if (!all_whole(labels)) throw Error("labels have to be whole numbers, of the classes");
  if (!any_finite(values))
    throw Error("none of the values is finite, and there is nothing to count");
  const std::vector<double> classes = distinct(labels, kMostClassesShown);
  if (classes.size() > kMostClassesShown)
    throw Error(
        fmt::format("labels has more than {} classes, too many to tell apart", kMostClassesShown));
  const auto [low, high] = ends(values);
  const Axis span(low, high);
  std::vector<std::int64_t> counts(classes.size() * std::size_t(bins_), 0);
  std::size_t left_out = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!(values[i] >= low && values[i] <= high)) {
      ++left_out;
      continue;
    }
    const auto kind =
        std::size_t(std::lower_bound(classes.begin(), classes.end(), labels[i]) - classes.begin());
    // The last bin has its upper edge.
    const auto bin =
        std::min(std::size_t(span.place(values[i]) * double(bins_)), std::size_t(bins_) - 1);
    ++counts[kind * std::size_t(bins_) + bin];
  }
  if (left_out > 0)
    context.log(fmt::format("{} of {} values are not counted: they are not finite or beyond range",
                            left_out, values.size()));

  std::vector<double> edges;
  for (std::int64_t i = 0; i <= bins_; ++i) {
    const double share = double(i) / double(bins_);
    edges.push_back(low * (1 - share) + high * share);
  }
  std::vector<Bars> all;
  for (std::size_t kind = 0; kind < classes.size(); ++kind) {
    Bars bars;
    bars.color = series_color(kind);
    if (labels_.connected())
      bars.label = classes[kind] >= 0 && classes[kind] < double(class_names_.size())
                       ? class_names_[std::size_t(classes[kind])]
                       : whole_number(classes[kind]);
    const double share = 1 / double(classes.size());
    for (std::size_t bin = 0; bin < std::size_t(bins_); ++bin) {
      const double width = edges[bin + 1] - edges[bin];
      bars.left.push_back(edges[bin] + width * share * double(kind));
      bars.right.push_back(edges[bin] + width * share * double(kind + 1));
      bars.bottom.push_back(0);
      bars.top.push_back(double(counts[kind * std::size_t(bins_) + bin]));
    }
    all.push_back(std::move(bars));
  }
  const double most = double(*std::max_element(counts.begin(), counts.end()));
  Frame frame(figure_, x_label_, y_label_);
  frame.x = Axis::around(low, high);
  frame.y = Axis(0, std::max(1.0, room_above(all, figure_) * most)).whole();
  pipeline::Figure figure;
  figure.data["edges"] = Array::of(edges);
  figure.data["counts"] = Array::of(counts, {std::int64_t(classes.size()), bins_});
  figure.files = draw(draw_bars(frame, all), figure_, context);
  drawn_.set(std::move(figure));
}

}  // namespace
}  // namespace plots

PIPELINE_COMPONENT("plot.histogram", plots::HistogramPlot);
