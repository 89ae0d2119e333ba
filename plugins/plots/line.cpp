#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "color_scale.h"
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

constexpr std::size_t kMostLines = 20;

/// Columns of a table over another, a line each; rows of equal x (of several seeds, say) as their
/// mean with a band of one standard deviation on either side.
class LinePlot : public pipeline::Stage {
 public:
  void declare(pipeline::Declaration& d) override {
    d.summary("Draws columns of a table as lines, on request means with a band over repetitions");
    figure_.declare(d);
    d.param("width", figure_.width, "width of the figure").range(100, 4000).unit("px");
    d.param("height", figure_.height, "height of the figure").range(100, 4000).unit("px");
    d.param("x", x_, "the column on the horizontal axis; by default the number of the row, from 0");
    d.param("y", y_, "the columns to draw; by default all others");
    d.param("by", by_, "a column with a line for each of its values");
    d.param(
        "over", over_,
        "a column of repetitions, such as seed: a line is the mean of all rows of equal x, with "
        "a band of one standard deviation (n - 1) on either side");
    d.param("log", log_, "a logarithmic vertical axis");
    d.param("x_label", x_label_, "text below the horizontal axis; by default the column's name");
    d.param("y_label", y_label_,
            "text beside the vertical axis; by default that of a single column");
    d.input("table", table_, "columns of numbers");
    d.output("figure", drawn_, "the figure, with the columns it shows as its data");
  }

  void preflight(pipeline::ComponentFactory&) override {
    figure_.preflight();
    if (over_ && !x_)
      throw Error("over needs x: rows are averaged that have the same value in that column");
  }
  void run(Context& context) override;

 private:
  std::vector<std::string> columns() const;
  std::vector<double> values(const std::string& column, pipeline::Figure& figure) const;
  std::string label_of(const std::string& column, double kind) const;
  void average(Series& series) const;
  void tell_gaps(const std::vector<Series>& series, Context& context) const;

  FigureParams figure_{640, 480};
  std::optional<std::string> x_, by_, over_, x_label_, y_label_;
  std::vector<std::string> y_;
  bool log_ = false;
  pipeline::Input<Table> table_;
  pipeline::Output<pipeline::Figure> drawn_;
};

std::vector<std::string> LinePlot::columns() const {
  if (!y_.empty()) return y_;
  std::vector<std::string> columns;
  for (const Table::Column& column : table_->columns())
    if (column.name != x_ && column.name != by_ && column.name != over_ &&
        column.categories.empty())
      columns.push_back(column.name);
  return columns;
}

/// Of a column of texts their places.
std::vector<double> LinePlot::values(const std::string& column, pipeline::Figure& figure) const {
  figure.data[column] = table_->column(column);
  return doubles(figure.data[column], fmt::format("column '{}'", column));
}

std::string LinePlot::label_of(const std::string& column, double kind) const {
  if (!by_) return column;
  const std::vector<std::string>& texts = table_->at(*by_).categories;
  return fmt::format(
      "{}{}", columns().size() > 1 ? column + ", " : "",
      texts.empty() ? fmt::format("{} {}", *by_, whole_number(kind)) : texts[std::size_t(kind)]);
}

/// The mean of the finite values at each x, and one standard deviation around it.
void LinePlot::average(Series& series) const {
  std::map<double, std::vector<double>> groups;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!std::isfinite(series.x[i])) continue;
    std::vector<double>& group = groups[series.x[i]];
    if (std::isfinite(series.y[i])) group.push_back(series.y[i]);
  }
  series.x.clear();
  series.y.clear();
  for (const auto& [x, group] : groups) {
    const double n = double(group.size());
    double mean = 0, squares = 0;
    for (const double value : group) mean += value / n;
    for (const double value : group) squares += (value - mean) * (value - mean);
    const double deviation = n > 1 ? std::sqrt(squares / (n - 1)) : 0;
    series.x.push_back(x);
    series.y.push_back(group.empty() ? NAN : mean);
    series.low.push_back(series.y.back() - deviation);
    series.high.push_back(series.y.back() + deviation);
  }
}

void LinePlot::tell_gaps(const std::vector<Series>& series, Context& context) const {
  for (const Series& one : series) {
    const auto gaps = std::count_if(one.y.begin(), one.y.end(), [&](double value) {
      return !std::isfinite(value) || (log_ && value <= 0);
    });
    if (gaps > 0)
      context.log(fmt::format("{}: {} of {} values are {} and leave gaps", one.label, gaps,
                              one.y.size(), log_ ? "not positive numbers" : "not finite"));
  }
}

void LinePlot::run(Context& context) {
  if (table_->rows() < 1) throw Error("the table has no row, and there is nothing to draw");
  if (columns().empty())
    throw Error("the table has no column to draw beside those of x, by and over");
  pipeline::Figure figure;
  std::vector<double> x;
  for (std::int64_t i = 0; i < table_->rows(); ++i) x.push_back(double(i));
  if (x_) x = values(*x_, figure);
  if (over_) values(*over_, figure);
  const std::vector<double> by = by_ ? values(*by_, figure) : std::vector<double>(x.size(), 0.0);
  const std::vector<double> kinds = distinct(by, kMostLines);
  if (kinds.size() > kMostLines)
    throw Error(fmt::format("column '{}' has more than {} values, too many lines to tell apart",
                            *by_, kMostLines));

  std::vector<Series> all;
  for (const std::string& column : columns()) {
    const std::vector<double> y = numbers_in(*table_, column);
    figure.data[column] = table_->column(column);
    for (const double kind : kinds) {
      Series series;
      series.label = label_of(column, kind);
      for (std::size_t i = 0; i < x.size(); ++i) {
        if (by[i] != kind) continue;
        series.x.push_back(x[i]);
        series.y.push_back(y[i]);
      }
      series.color = series_color(all.size());
      if (over_) average(series);
      all.push_back(std::move(series));
    }
  }
  tell_gaps(all, context);

  std::vector<double> across, up;
  for (const Series& series : all) {
    across.insert(across.end(), series.x.begin(), series.x.end());
    for (const std::vector<double>* values : {&series.y, &series.low, &series.high})
      for (const double value : *values)
        if (!log_ || value > 0) up.push_back(value);
  }
  const auto [left, right] = extremes(across);
  const auto [low, high] = extremes(up);
  Frame frame(figure_, x_label_.value_or(x_.value_or("")),
              y_label_.value_or(columns().size() == 1 ? columns()[0] : ""));
  frame.x = Axis::around(left, right);
  if (all_whole(across)) frame.x.whole();
  if (x_ && !table_->at(*x_).categories.empty()) frame.name_x(table_->at(*x_).categories);
  frame.y = log_ ? Axis::logarithmic(low > 0 ? low : 0.1, high) : Axis::around(low, high);
  frame.grid = true;
  if (all.size() == 1) all[0].label.clear();
  figure.files = draw(draw_series(frame, all), figure_, context);
  drawn_.set(std::move(figure));
}

}  // namespace
}  // namespace plots

PIPELINE_COMPONENT("plot.line", plots::LinePlot);
