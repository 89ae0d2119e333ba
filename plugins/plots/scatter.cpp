#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "color_scale.h"
#include "colormap.h"
#include "discs.h"
#include "frame.h"
#include "gnuplot.h"
#include "numbers.h"
#include "pipeline/plugin.h"
#include "script.h"

namespace plots {
namespace {

using pipeline::Array;
using pipeline::Context;
using pipeline::Declaration;
using pipeline::Error;

constexpr Rgb kOneColor = 0x1f77b4;

/// Beyond this many an SVG has an image in place of the points.
constexpr std::size_t kMostSvgPoints = 50'000, kBytesOfPoint = 104;

/// Points in the plane, in the colours of a number each.
class Scatter : public pipeline::Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Draws points in the plane, coloured by a number or by a class each");
    figure_.declare(d);
    d.param("width", figure_.width, "width of the figure").range(100, 4000).unit("px");
    d.param("height", figure_.height, "height of the figure").range(100, 4000).unit("px");
    d.param("colormap", colormap_,
            "colours from the lowest to the highest value, by matplotlib's "
            "names")
        .choices(colormaps());
    d.param("color_scale", color_scale_,
            "classes: a step of the colour bar for each; continuous: a smooth bar; auto: classes "
            "where there are class_names or the colours are at most 20 different whole numbers")
        .choices({"auto", "classes", "continuous"});
    d.param("class_names", class_names_, "names of the classes 0, 1, …, beside the colour bar")
        .items(0, kMostClasses);
    d.param("point_size", point_size_,
            "diameter of a point; by default 7 for few points, down to 2 for many")
        .range(1, 100)
        .unit("px");
    d.param("x_label", x_label_, "text below the horizontal axis");
    d.param("y_label", y_label_, "text beside the vertical axis");
    d.param("color_label", color_label_, "text beside the colour bar");
    d.input("points", points_, "numbers [n, 2]: a point a row").rank(2);
    d.input("color", color_, "numbers [n]: the class or value of each point").optional().rank(1, 2);
    d.output("figure", drawn_, "the figure, with `points` and `color` as its data");
  }

  void preflight(pipeline::ComponentFactory&) override;
  void run(Context& context) override;

 private:
  struct Shown {
    std::vector<double> x, y, color;
  };
  Shown finite_points(Context& context) const;
  ColorScale color_scale(const std::vector<double>& values) const;

  FigureParams figure_{800, 600};
  std::string colormap_ = "jet", color_scale_ = "auto";
  std::vector<std::string> class_names_;
  std::optional<double> point_size_;
  std::string x_label_, y_label_, color_label_;
  pipeline::Input<Array> points_, color_;
  pipeline::Output<pipeline::Figure> drawn_;
};

void Scatter::preflight(pipeline::ComponentFactory&) {
  const pipeline::Shape& shape = points_.shape();
  figure_.preflight();
  require_numbers(points_.element_type(), "points");
  if (!pipeline::compatible(shape, {pipeline::kUnknown, 2}))
    throw Error(fmt::format("points must be n×2, got {}; use an embedding or two columns",
                            pipeline::to_string(shape)));
  if (shape[0] == 0) throw Error("there is no point to draw: points has 0 rows");
  if (!color_.connected()) {
    if (!class_names_.empty()) throw Error("class_names needs the input color, which is not wired");
    return;
  }
  require_numbers(color_.element_type(), "color");
  const pipeline::Shape& color = color_.shape();
  if (color.size() == 2 && color[1] != 1 && color[1] != pipeline::kUnknown)
    throw Error(
        fmt::format("color must have one value a point, got {}", pipeline::to_string(color)));
  if (!pipeline::compatible({color[0]}, {shape[0]}))
    throw Error(fmt::format("color must have a value for each of the {} points, got {}", shape[0],
                            color[0]));
}

/// The points to draw: what is not a finite number has no place and no colour.
Scatter::Shown Scatter::finite_points(Context& context) const {
  const std::vector<double> points = doubles(points_.get(), "points");
  std::vector<double> color;
  if (color_.connected()) color = doubles(color_.get(), "color");
  const std::size_t n = points.size() / 2;
  Shown shown;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = points[2 * i], y = points[2 * i + 1];
    if (!std::isfinite(x) || !std::isfinite(y)) continue;
    if (!color.empty() && !std::isfinite(color[i])) continue;
    shown.x.push_back(x);
    shown.y.push_back(y);
    if (!color.empty()) shown.color.push_back(color[i]);
  }
  const std::size_t left_out = n - shown.x.size();
  if (shown.x.empty())
    throw Error(
        fmt::format("none of the {} points is finite in position and colour; look for "
                    "not-a-number in what computes them",
                    n));
  if (left_out > 0)
    context.log(fmt::format(
        "{} of {} points are not drawn: position or colour is not a finite number", left_out, n));
  return shown;
}

ColorScale Scatter::color_scale(const std::vector<double>& values) const {
  const auto are_few_classes = [&] {
    return all_whole(values) && distinct(values, kFewClasses).size() <= kFewClasses;
  };
  const bool classes = color_scale_ == "auto" ? !class_names_.empty() || are_few_classes()
                                              : color_scale_ == "classes";
  if (classes) return class_scale(values, colormap_, class_names_);
  return continuous_scale(values, colormap_, class_names_);
}

/// The points as discs in an image of the area between the axes: all of them in a size that does
/// not grow with their number.
Drawing image_of_points(const std::vector<Disc>& discs, const Frame& frame, double right,
                        double size, const std::string& commands) {
  const Area area = frame.area(right);
  // Two pixels of the image for a px, as in a PNG.
  Canvas canvas(std::lround(2 * area.width), std::lround(2 * area.height));
  draw_discs(discs, size, canvas);
  const double across = 1 / double(canvas.width()), down = 1 / double(canvas.height());
  return {commands + fmt::format("plot {} binary array=({},{}) flipy origin=({},{}) dx={} dy={} "
                                 "format='%uchar%uchar%uchar%uchar' using 1:2:3:4 with rgbalpha\n",
                                 kDataFile, canvas.width(), canvas.height(), number(across / 2),
                                 number(down / 2), number(across), number(down)),
          canvas.bytes(), frame.width, frame.height};
}

void Scatter::run(Context& context) {
  const Shown shown = finite_points(context);
  const std::size_t n = shown.x.size();
  const double size = point_size_.value_or(std::clamp(200 / std::sqrt(double(n)), 2.0, 7.0));

  Frame frame(figure_, x_label_, y_label_);
  const auto [left, rightmost] = extremes(shown.x);
  const auto [lowest, highest] = extremes(shown.y);
  frame.x = Axis::around(left, rightmost);
  frame.y = Axis::around(lowest, highest);
  std::optional<ColorScale> scale;
  double right = 0;
  if (color_.connected()) {
    scale = color_scale(shown.color);
    right = bar_room(*scale, color_label_, frame.width);
  }
  std::string commands = frame.commands(right) + "unset key\n";
  if (scale) commands += color_bar(*scale, color_label_, frame.area(right), frame.width);

  Drawing points{commands, "", frame.width, frame.height};
  std::vector<Disc> discs;
  for (std::size_t i = 0; i < n; ++i) {
    discs.push_back({frame.x.place(shown.x[i]), frame.y.place(shown.y[i]),
                     scale ? scale->color(i) : kOneColor});
    append(points.data, discs[i].x);
    append(points.data, discs[i].y);
    if (scale) append(points.data, scale->values[i]);
  }
  points.script += fmt::format(
      "plot {} binary record=({}) format='{}' using {} with points pointtype 7 pointsize "
      "diameter({}) linecolor {}\n",
      kDataFile, n, scale ? "%float64%float64%float64" : "%float64%float64",
      scale ? "1:2:3" : "1:2", number(size), scale ? "palette" : "rgb " + quote(kOneColor));

  pipeline::Figure figure;
  for (const std::string& format : figure_.formats) {
    const bool as_image = format == "svg" && n > kMostSvgPoints;
    if (as_image)
      context.log(fmt::format(
          "{} points: the SVG has them as an image, for as shapes they would take {} MB", n,
          n * kBytesOfPoint / 1'000'000));
    const Drawing& drawing =
        as_image ? image_of_points(discs, frame, right, size, commands) : points;
    figure.files[format] = draw_format(drawing, format, figure_, context);
  }
  figure.data["points"] = points_.get();
  if (color_.connected()) figure.data["color"] = color_.get();
  drawn_.set(std::move(figure));
}

}  // namespace
}  // namespace plots

PIPELINE_COMPONENT("plot.scatter", plots::Scatter);
