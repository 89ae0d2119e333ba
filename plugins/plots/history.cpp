#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gnuplot.h"
#include "legend.h"
#include "log_tics.h"
#include "numbers.h"
#include "pipeline/math.h"
#include "pipeline/plugin.h"
#include "script.h"
#include "style.h"

namespace plots {
namespace {

using pipeline::Context;
using pipeline::Declaration;
using pipeline::Error;
using pipeline::Table;

constexpr Rgb kRed = 0xff0000, kBlue = 0x0000ff;

/// A column to draw.
struct Line {
  std::string label;
  std::vector<double> values;
  bool dashed = false, second_axis = false;

  Rgb color() const { return second_axis ? kBlue : kRed; }
  bool drawable(std::size_t i) const { return i < values.size() && std::isfinite(values[i]); }
  /// A value between two that cannot be drawn would be no line.
  bool has_lone_points() const {
    for (std::size_t i = 0; i < values.size(); ++i)
      if (drawable(i) && !drawable(i - 1) && !drawable(i + 1)) return true;
    return false;
  }
};

/// The extent of an axis in what it shows: values, or their logarithms.
struct Extent {
  double least = 0, most = 0;
  bool log = false;
  double place(double value) const {
    const double shown = log ? pipeline::math::log10(value) : value;
    return most > least ? 0.05 + 0.9 * (shown - least) / (most - least) : 0.5;
  }
};

/// The course of a training: the losses and, where there is one, a second metric.
class History : public pipeline::Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Draws a training's course: losses in red, a second metric on an axis in blue");
    figure_.declare(d);
    d.param("width", figure_.width, "width of the figure").range(100, 4000).unit("px");
    d.param("height", figure_.height, "height of the figure").range(100, 4000).unit("px");
    d.param("metric", metric_, "column on the left axis, with val_<metric> dashed where it exists");
    d.param("second_metric", second_metric_,
            "column on the right axis, likewise; by default acc where it exists");
    d.param("log", log_, "a logarithmic left axis");
    d.param("x_label", x_label_, "text below the horizontal axis");
    d.input("history", history_, "columns epoch, loss and any of val_loss, acc, val_acc");
    d.output("figure", drawn_, "the figure, with the columns it shows as its data");
  }

  void preflight(pipeline::ComponentFactory&) override {}
  void run(Context& context) override;

 private:
  std::vector<Line> lines(pipeline::Figure& figure) const;
  void add_lines(const std::string& metric, bool second_axis, std::vector<Line>& lines,
                 pipeline::Figure& figure) const;
  void leave_gaps(std::vector<Line>& lines, Context& context) const;
  std::string axes(const std::vector<Line>& lines, const std::vector<double>& epochs) const;

  FigureParams figure_{640, 480};
  std::string metric_ = "loss", x_label_ = "epoch";
  std::optional<std::string> second_metric_;
  bool log_ = false;
  pipeline::Input<Table> history_;
  pipeline::Output<pipeline::Figure> drawn_;
};

void History::add_lines(const std::string& metric, bool second_axis, std::vector<Line>& lines,
                        pipeline::Figure& figure) const {
  const auto add = [&](const std::string& column, const char* role, bool dashed) {
    figure.data[column] = history_->column(column);
    Line line{"", doubles(figure.data[column], fmt::format("column '{}'", column)), dashed,
              second_axis};
    // The lecture's figures: six digits of a loss, four of an accuracy.
    line.label =
        fmt::format("{} {} ({:.{}f})", role, metric, line.values.back(), second_axis ? 4 : 6);
    lines.push_back(std::move(line));
  };
  add(metric, "training", false);
  if (history_->has("val_" + metric)) add("val_" + metric, "validation", true);
}

std::vector<Line> History::lines(pipeline::Figure& figure) const {
  std::vector<Line> lines;
  add_lines(metric_, false, lines, figure);
  const std::string second = second_metric_.value_or("acc");
  if (second_metric_ || history_->has(second)) add_lines(second, true, lines, figure);
  return lines;
}

/// Makes what an axis cannot show not-a-number, at which gnuplot interrupts a line.
void History::leave_gaps(std::vector<Line>& lines, Context& context) const {
  for (Line& line : lines) {
    const bool log = log_ && !line.second_axis;
    std::size_t gaps = 0;
    for (double& value : line.values) {
      if (std::isfinite(value) && (value > 0 || !log)) continue;
      value = std::numeric_limits<double>::quiet_NaN();
      ++gaps;
    }
    if (gaps > 0)
      context.log(fmt::format("{}: {} of {} values are {} and leave gaps", line.label, gaps,
                              line.values.size(), log ? "not positive numbers" : "not finite"));
  }
}

/// From the least to the greatest drawable value of the lines on an axis.
Extent extent(const std::vector<Line>& lines, bool second_axis, bool log) {
  Extent extent{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                log};
  for (const Line& line : lines) {
    if (line.second_axis != second_axis) continue;
    for (const double value : line.values) {
      if (!std::isfinite(value)) continue;
      const double shown = log ? pipeline::math::log10(value) : value;
      extent.least = std::min(extent.least, shown);
      extent.most = std::max(extent.most, shown);
    }
  }
  // Nothing to draw: an empty figure, whose legend says so.
  if (extent.least > extent.most) return {0, 1, log};
  return extent;
}

std::string log_axis(const std::string& axis, const Extent& extent) {
  double margin = (extent.most - extent.least) / 20;
  // Rounding apart the values are one: there is nothing to tell apart, and no tics to be found.
  if (margin < 1e-9) margin = 0.5;
  const double least = pipeline::math::pow(10.0, extent.least - margin);
  const double most = pipeline::math::pow(10.0, extent.most + margin);
  std::string tics;
  for (const double tic : log_tics(least, most))
    tics += fmt::format("{}\"{:.6g}\" {}", tics.empty() ? "" : ",", tic, number(tic));
  return fmt::format("set logscale {0}\nset {0}range [{1}:{2}]\nset {0}tics ({3})\n", axis,
                     number(least), number(most), tics);
}

std::string colored_axis(const std::string& axis, const std::string& label, Rgb color,
                         const Extent& extent) {
  return fmt::format("set {}label {} textcolor rgb {} offset {},0\n", axis, quote(label),
                     quote(color), axis == "y2" ? -1 : 1) +
         fmt::format("set {}tics textcolor rgb {}\n", axis, quote(color)) +
         (extent.log ? log_axis(axis, extent) : span(axis, extent.least, extent.most));
}

/// The legend where it hides the least of the lines, whose places it is told by the axes' extents.
std::string legend(const std::vector<Line>& lines, const std::vector<double>& epochs,
                   const Extent (&extents)[2], const FigureParams& figure) {
  const auto [first, last] = std::minmax_element(epochs.begin(), epochs.end());
  const Extent horizontal{*first, *last};
  std::vector<Curve> curves;
  std::size_t letters = 0;
  for (const Line& line : lines) {
    Curve curve;
    for (std::size_t i = 0; i < epochs.size(); ++i) {
      curve.x.push_back(horizontal.place(epochs[i]));
      curve.y.push_back(extents[line.second_axis].place(line.values[i]));
    }
    curves.push_back(std::move(curve));
    letters = std::max(letters, line.label.size());
  }
  // A letter is about 7 px wide; beside the letters stand the sample and the margins.
  const double width = (double(letters) * 6.5 + 56) / double(figure.width - 100);
  const double height = (double(lines.size()) * 17 + 16) / double(figure.height - 80);
  return "set key " + emptiest_place(curves, std::min(width, 1.0), std::min(height, 1.0)) +
         " inside Left reverse noenhanced samplen 2.5 spacing 1.15 height 0.4 width " +
         number(1 - 0.16 * double(letters)) +
         " "
         "font \",9\" opaque fillcolor rgb \"#ffffff\" box linewidth 0.8 linecolor rgb "
         "\"#cccccc\"\n";
}

std::string History::axes(const std::vector<Line>& lines, const std::vector<double>& epochs) const {
  const auto [first, last] = std::minmax_element(epochs.begin(), epochs.end());
  const Extent extents[2] = {extent(lines, false, log_), extent(lines, true, false)};
  std::string commands =
      axes_style() + labels(figure_.title, x_label_, "") +
      vertical_margins(figure_.title, x_label_, double(figure_.height)) +
      (*first < *last ? span("x", *first, *last) : span("x", *first - 0.5, *first + 0.5)) +
      "set grid xtics ytics linetype 1 linewidth 0.8 linecolor rgb \"#b0b0b0\" "
      "back\n";
  // gnuplot would set tics at fractions of an epoch.
  if (*last - *first <= 10) commands += "set xtics 1\n";
  commands += colored_axis("y", metric_, kRed, extents[0]);
  if (lines.back().second_axis)
    commands += colored_axis("y2", second_metric_.value_or("acc"), kBlue, extents[1]);
  return commands + legend(lines, epochs, extents, figure_);
}

void History::run(Context& context) {
  if (history_->rows() < 1)
    throw Error("the history has no row: train for at least one epoch to have a course to draw");
  pipeline::Figure figure;
  figure.data["epoch"] = history_->column("epoch");
  const std::vector<double> epochs = doubles(figure.data["epoch"], "column 'epoch'");
  if (!std::all_of(epochs.begin(), epochs.end(), [](double e) { return std::isfinite(e); }))
    throw Error("column 'epoch' of the history holds a value that is not finite");
  std::vector<Line> lines = this->lines(figure);
  leave_gaps(lines, context);

  Drawing drawing{axes(lines, epochs), "", double(figure_.width), double(figure_.height)};
  std::string format = "%float64";
  for (std::size_t i = 0; i < lines.size(); ++i) format += "%float64";
  for (std::size_t row = 0; row < epochs.size(); ++row) {
    append(drawing.data, epochs[row]);
    for (const Line& line : lines) append(drawing.data, line.values[row]);
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line& line = lines[i];
    drawing.script += fmt::format(
        "{} {} binary record=({}) format='{}' using 1:{} axes x1{} with {} linewidth 1.5 {} "
        "linecolor rgb {} title {}",
        i == 0 ? "plot" : ",", kDataFile, epochs.size(), format, i + 2,
        line.second_axis ? "y2" : "y1",
        line.has_lone_points() ? "linespoints pointtype 7 pointsize diameter(5)" : "lines",
        line.dashed ? "dashtype (10,4.5)" : "dashtype solid", quote(line.color()),
        quote(line.label));
  }
  drawing.script += "\n";
  figure.files = draw(drawing, figure_, context);
  drawn_.set(std::move(figure));
}

}  // namespace
}  // namespace plots

PIPELINE_COMPONENT("plot.history", plots::History);
