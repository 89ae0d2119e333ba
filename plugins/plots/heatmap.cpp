#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "color_scale.h"
#include "colormap.h"
#include "frame.h"
#include "gnuplot.h"
#include "numbers.h"
#include "pipeline/plugin.h"
#include "style.h"

namespace plots {
namespace {

using pipeline::Array;
using pipeline::Context;
using pipeline::Error;

constexpr std::int64_t kMostSide = 200, kMostNumbers = 30;

/// A matrix as coloured cells with their numbers, such as a confusion matrix.
class Heatmap : public pipeline::Stage {
 public:
  void declare(pipeline::Declaration& d) override {
    d.summary("Draws a matrix as coloured cells with their numbers, its first row on top");
    figure_.declare(d);
    d.param("width", figure_.width, "width of the figure").range(100, 4000).unit("px");
    d.param("height", figure_.height, "height of the figure").range(100, 4000).unit("px");
    d.param("colormap", colormap_, "colours from the lowest to the highest value")
        .choices(colormaps());
    d.param("class_names", class_names_, "names of both rows and columns");
    d.param("row_names", row_names_, "names of the rows, in place of class_names");
    d.param("column_names", column_names_, "names of the columns, in place of class_names");
    d.param("numbers", numbers_, "the value in each cell; by default up to 30 rows and columns");
    d.param("decimals", decimals_, "of the numbers; by default none for integers and 2 for others")
        .range(0, 10);
    d.param("x_label", x_label_, "text below the columns, such as predicted");
    d.param("y_label", y_label_, "text beside the rows, such as true");
    d.param("color_label", color_label_, "text beside the colour bar");
    d.input("matrix", matrix_, "numbers [rows, columns]").rank(2);
    d.output("figure", drawn_, "the figure, with `matrix` as its data");
  }
  void preflight(pipeline::ComponentFactory&) override;
  void run(Context& context) override;

 private:
  const std::vector<std::string>& names(const std::vector<std::string>& own) const {
    return own.empty() ? class_names_ : own;
  }
  std::vector<std::string> texts(const std::vector<std::string>& own, std::int64_t n) const;
  std::string cell_numbers(const std::vector<double>& values, const ColorScale& scale,
                           const std::vector<std::size_t>& finite, const Area& area) const;

  FigureParams figure_{640, 540};
  std::string colormap_ = "viridis", x_label_, y_label_, color_label_;
  std::vector<std::string> class_names_, row_names_, column_names_;
  std::optional<bool> numbers_;
  std::optional<std::int64_t> decimals_;
  pipeline::Input<Array> matrix_;
  pipeline::Output<pipeline::Figure> drawn_;
};

void Heatmap::preflight(pipeline::ComponentFactory&) {
  figure_.preflight();
  require_numbers(matrix_.element_type(), "matrix");
  const pipeline::Shape& shape = matrix_.shape();
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const char* what = axis == 0 ? "rows" : "columns";
    const std::int64_t n = shape[axis];
    const std::vector<std::string>& given = names(axis == 0 ? row_names_ : column_names_);
    if (n == pipeline::kUnknown) continue;
    if (n == 0 || n > kMostSide)
      throw Error(fmt::format("matrix must have 1 to {} {}, got {}", kMostSide, what,
                              pipeline::to_string(shape)));
    if (!given.empty() && std::int64_t(given.size()) != n)
      throw Error(
          fmt::format("matrix has {} {}, but there are {} names for them", n, what, given.size()));
  }
}

std::vector<std::string> Heatmap::texts(const std::vector<std::string>& own, std::int64_t n) const {
  if (!names(own).empty()) return names(own);
  std::vector<std::string> texts;
  for (std::int64_t i = 0; i < n; ++i) texts.push_back(std::to_string(i));
  return texts;
}

/// White on dark cells, black on light ones, as large as the cells allow.
std::string Heatmap::cell_numbers(const std::vector<double>& values, const ColorScale& scale,
                                  const std::vector<std::size_t>& finite, const Area& area) const {
  const std::int64_t rows = matrix_->shape()[0], columns = matrix_->shape()[1];
  const auto decimals = decimals_.value_or(all_whole(values) ? 0 : 2);
  std::vector<std::string> texts;
  double letters = 1;
  for (const std::size_t i : finite) {
    const bool plain = std::abs(values[i]) < 1e9;
    texts.push_back(plain ? with_decimals(values[i], int(decimals))
                          : fmt::format("{:.{}e}", values[i], decimals));
    letters = std::max(letters, double(texts.back().size()));
  }
  // A letter of 10 points is 8.5 px wide and 14 px high.
  const double fits = std::min(area.width / double(columns) / (8.5 * (letters + 1)),
                               area.height / double(rows) / 20);
  const double font = std::clamp(std::floor(20 * fits) / 2, 4.0, 11.0);
  std::string commands;
  for (std::size_t k = 0; k < finite.size(); ++k) {
    const auto row = std::int64_t(finite[k]) / columns, column = std::int64_t(finite[k]) % columns;
    const Rgb color = scale.color(k);
    const double light =
        0.299 * (color >> 16 & 255) + 0.587 * (color >> 8 & 255) + 0.114 * (color & 255);
    commands +=
        fmt::format("set label {} at first {},{} center front font \",{}\" textcolor rgb {}\n",
                    quote(texts[k]), number((double(column) + 0.5) / double(columns)),
                    number(1 - (double(row) + 0.5) / double(rows)), number(font),
                    quote(light < 140 ? Rgb(0xffffff) : Rgb(0)));
  }
  return commands;
}

void Heatmap::run(Context& context) {
  const std::int64_t rows = matrix_->shape()[0], columns = matrix_->shape()[1];
  const std::vector<double> values = doubles(matrix_.get(), "matrix");
  std::vector<std::size_t> finite;
  std::vector<double> shown;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    finite.push_back(i);
    shown.push_back(values[i]);
  }
  if (shown.empty()) throw Error("no value of the matrix is finite, and there is nothing to draw");
  if (shown.size() < values.size())
    context.log(fmt::format("{} of {} cells stay white: their values are not finite",
                            values.size() - shown.size(), values.size()));
  const ColorScale scale = continuous_scale(shown, colormap_, {});

  Frame frame(figure_, x_label_, y_label_);
  const double right = bar_room(scale, color_label_, frame.width);
  frame.x = Axis(-0.5, double(columns) - 0.5);
  frame.y = Axis(-0.5, double(rows) - 0.5);
  frame.y_tics = fitting_rows(texts(row_names_, rows), frame.height - 80);
  const std::vector<std::string> below = texts(column_names_, columns);
  if (names(column_names_).empty()) frame.x_tics = fitting_tics(below, frame.area(right).width);
  else frame.name_x(below, right);
  const Area area = frame.area(right);
  Drawing drawing{frame.commands(right), "", frame.width, frame.height};
  drawing.script += "unset key\n" + color_bar(scale, color_label_, area, frame.width);
  if (numbers_.value_or(std::max(rows, columns) <= kMostNumbers))
    drawing.script += cell_numbers(values, scale, finite, area);
  for (std::size_t k = 0; k < finite.size(); ++k) {
    const double left = double(std::int64_t(finite[k]) % columns) / double(columns);
    const double top = 1 - double(std::int64_t(finite[k]) / columns) / double(rows);
    const double width = 1 / double(columns), height = 1 / double(rows);
    for (const double value : {left + width / 2, top - height / 2, left, left + width, top - height,
                               top, double(scale.color(k))})
      append(drawing.data, value);
  }
  drawing.script += fmt::format(
      "plot {} binary record=({}) "
      "format='%float64%float64%float64%float64%float64%float64%float64' using 1:2:3:4:5:6:7 with "
      "boxxyerror linecolor rgb variable fillstyle solid 1 border, NaN linecolor palette\n",
      kDataFile, finite.size());
  pipeline::Figure figure;
  figure.data["matrix"] = matrix_.get();
  figure.files = draw(drawing, figure_, context);
  drawn_.set(std::move(figure));
}

}  // namespace
}  // namespace plots

PIPELINE_COMPONENT("plot.heatmap", plots::Heatmap);
