#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bars.h"
#include "frame.h"
#include "gnuplot.h"
#include "numbers.h"
#include "pipeline/plugin.h"
#include "series.h"

namespace plots {
namespace {

using pipeline::Context;
using pipeline::Error;
using pipeline::Table;

constexpr std::int64_t kMostRows = 200;

/// A bar for each row of a table, or a group of bars where several columns are drawn.
class BarPlot : public pipeline::Stage {
 public:
  void declare(pipeline::Declaration& d) override {
    d.summary("Draws columns of a table as bars, a group of them a row");
    figure_.declare(d);
    d.param("width", figure_.width, "width of the figure").range(100, 4000).unit("px");
    d.param("height", figure_.height, "height of the figure").range(100, 4000).unit("px");
    d.param("x", x_, "the column whose values stand below the bars; by default the row's number");
    d.param("y", y_, "the columns to draw; by default all others");
    d.param("names", names_, "texts below the bars, in place of x; with x those of 0, 1, …");
    d.param("x_label", x_label_, "text below the horizontal axis; by default the column's name");
    d.param("y_label", y_label_,
            "text beside the vertical axis; by default that of a single column");
    d.input("table", table_, "columns of numbers");
    d.output("figure", drawn_, "the figure, with the columns it shows as its data");
  }
  void preflight(pipeline::ComponentFactory&) override { figure_.preflight(); }
  void run(Context& context) override;

 private:
  std::vector<std::string> columns() const;
  std::vector<std::string> texts(pipeline::Figure& figure) const;
  bool has_names() const { return !names_.empty() || (x_ && !table_->at(*x_).categories.empty()); }

  FigureParams figure_{640, 480};
  std::optional<std::string> x_, x_label_, y_label_;
  std::vector<std::string> y_, names_;
  pipeline::Input<Table> table_;
  pipeline::Output<pipeline::Figure> drawn_;
};

std::vector<std::string> BarPlot::columns() const {
  if (!y_.empty()) return y_;
  std::vector<std::string> columns;
  for (const Table::Column& column : table_->columns())
    if (column.name != x_ && column.categories.empty()) columns.push_back(column.name);
  return columns;
}

/// What stands below each row's bars.
std::vector<std::string> BarPlot::texts(pipeline::Figure& figure) const {
  std::vector<double> keys;
  for (std::int64_t i = 0; i < table_->rows(); ++i) keys.push_back(double(i));
  if (x_) {
    figure.data[*x_] = table_->column(*x_);
    keys = doubles(figure.data[*x_], fmt::format("column '{}'", *x_));
  }
  std::vector<std::string> texts = with_equal_decimals(keys);
  const std::vector<std::string>& names =
      names_.empty() && x_ ? table_->at(*x_).categories : names_;
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i] >= 0 && keys[i] < double(names.size()) && keys[i] == std::floor(keys[i]))
      texts[i] = names[std::size_t(keys[i])];
  return texts;
}

void BarPlot::run(Context& context) {
  const std::int64_t n = table_->rows();
  if (n < 1) throw Error("the table has no row, and there is nothing to draw");
  if (n > kMostRows)
    throw Error(
        fmt::format("the table has {} rows; at most {} can be told apart as bars", n, kMostRows));
  const std::vector<std::string> columns = this->columns();
  if (columns.empty()) throw Error("the table has no column to draw beside that of x");
  pipeline::Figure figure;
  const std::vector<std::string> texts = this->texts(figure);

  std::vector<Bars> all;
  std::vector<double> heights = {0};
  const double share = 0.8 / double(columns.size());
  for (const std::string& column : columns) {
    const std::vector<double> values = numbers_in(*table_, column);
    figure.data[column] = table_->column(column);
    Bars bars;
    if (columns.size() > 1) bars.label = column;
    bars.color = series_color(all.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!std::isfinite(values[i])) continue;
      bars.left.push_back(double(i) - 0.4 + share * double(all.size()));
      bars.right.push_back(bars.left.back() + share);
      bars.bottom.push_back(0);
      bars.top.push_back(values[i]);
      heights.push_back(values[i]);
    }
    const std::size_t gaps = values.size() - bars.left.size();
    if (gaps > 0)
      context.log(fmt::format("{}: {} of {} values are not finite and have no bar", column, gaps,
                              values.size()));
    if (!bars.left.empty()) all.push_back(std::move(bars));
  }
  if (all.empty()) throw Error("no value of the table is finite, and there is nothing to draw");

  const auto [least, most] = extremes(heights);
  const double room = room_above(all, figure_);
  Frame frame(figure_, x_label_.value_or(x_.value_or("")),
              y_label_.value_or(columns.size() == 1 ? columns[0] : ""));
  frame.x = Axis(-0.6, double(n) - 0.4);
  // The largest doubles have no room above them.
  const auto with_room = [&](double value) {
    return std::isfinite(value * room) ? value * room : value;
  };
  frame.y = Axis(least < 0 ? with_room(least) : 0, most > 0 ? with_room(most) : 0);
  if (has_names()) frame.name_x(texts);
  else frame.x_tics = fitting_tics(texts, frame.area().width);
  figure.files = draw(draw_bars(frame, all), figure_, context);
  drawn_.set(std::move(figure));
}

}  // namespace
}  // namespace plots

PIPELINE_COMPONENT("plot.bar", plots::BarPlot);
