#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "frame.h"
#include "gnuplot.h"
#include "numbers.h"
#include "pipeline/plugin.h"
#include "script.h"
#include "series.h"

namespace plots {
namespace {

using pipeline::Context;
using pipeline::Declaration;
using pipeline::Error;
using pipeline::Table;

constexpr Rgb kRed = 0xff0000, kBlue = 0x0000ff;

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
            "column on the right axis, likewise; by default acc or accuracy where it exists");
    d.param("log", log_, "a logarithmic left axis");
    d.param("x_label", x_label_, "text below the horizontal axis");
    d.input("history", history_, "columns epoch, loss and any of val_loss, accuracy, val_accuracy");
    d.output("figure", drawn_, "the figure, with the columns it shows as its data");
  }

  void preflight(pipeline::ComponentFactory&) override { figure_.preflight(); }
  void run(Context& context) override;

 private:
  std::vector<Series> lines(const std::vector<double>& epochs, pipeline::Figure& figure) const;
  void add_lines(const std::string& metric, bool second_axis, const std::vector<double>& epochs,
                 std::vector<Series>& lines, pipeline::Figure& figure) const;
  std::string second_metric() const;
  void tell_gaps(const std::vector<Series>& lines, Context& context) const;
  Axis axis(const std::vector<Series>& lines, bool second_axis, bool log) const;

  FigureParams figure_{640, 480};
  std::string metric_ = "loss", x_label_ = "epoch";
  std::optional<std::string> second_metric_;
  bool log_ = false;
  pipeline::Input<Table> history_;
  pipeline::Output<pipeline::Figure> drawn_;
};

/// The column on the right axis; empty for none.
std::string History::second_metric() const {
  if (second_metric_) return *second_metric_;
  for (const char* name : {"acc", "accuracy"})
    if (history_->has(name) && metric_ != name) return name;
  return "";
}

void History::add_lines(const std::string& metric, bool second_axis,
                        const std::vector<double>& epochs, std::vector<Series>& lines,
                        pipeline::Figure& figure) const {
  const auto add = [&](const std::string& column, const char* role, bool dashed) {
    figure.data[column] = history_->column(column);
    Series line;
    line.x = epochs;
    line.y = doubles(figure.data[column], fmt::format("column '{}'", column));
    line.color = second_axis ? kBlue : kRed;
    line.dashed = dashed;
    line.second_axis = second_axis;
    // The lecture's figures: six digits of a loss, four of an accuracy.
    line.label = fmt::format("{} {} ({:.{}f})", role, metric, line.y.back(), second_axis ? 4 : 6);
    lines.push_back(std::move(line));
  };
  add(metric, "training", false);
  if (history_->has("val_" + metric)) add("val_" + metric, "validation", true);
}

std::vector<Series> History::lines(const std::vector<double>& epochs,
                                   pipeline::Figure& figure) const {
  std::vector<Series> lines;
  add_lines(metric_, false, epochs, lines, figure);
  if (!second_metric().empty()) add_lines(second_metric(), true, epochs, lines, figure);
  return lines;
}

bool has_gap(double value, bool log) { return !std::isfinite(value) || (log && value <= 0); }

void History::tell_gaps(const std::vector<Series>& lines, Context& context) const {
  for (const Series& line : lines) {
    const bool log = log_ && !line.second_axis;
    const auto gaps = std::count_if(line.y.begin(), line.y.end(),
                                    [&](double value) { return has_gap(value, log); });
    if (gaps > 0)
      context.log(fmt::format("{}: {} of {} values are {} and leave gaps", line.label, gaps,
                              line.y.size(), log ? "not positive numbers" : "not finite"));
  }
}

/// What the lines on an axis have to show from row `first` on.
std::vector<double> shown(const std::vector<Series>& lines, bool second_axis, bool log,
                          std::size_t first) {
  std::vector<double> values;
  for (const Series& line : lines)
    for (std::size_t i = first; i < line.y.size(); ++i)
      if (line.second_axis == second_axis && !has_gap(line.y[i], log)) values.push_back(line.y[i]);
  return values;
}

/// Whether the first epoch's values would press all later ones together: these fill less than a
/// twentieth of what they would have to share.
bool first_dwarfs(const std::vector<double>& all, const std::vector<double>& later) {
  constexpr std::size_t kFewest = 3;
  if (later.size() < kFewest) return false;
  const auto [least, most] = extremes(all);
  const auto [later_least, later_most] = extremes(later);
  return (later_most / 20 - later_least / 20) < (most / 20 - least / 20) / 20;
}

Axis History::axis(const std::vector<Series>& lines, bool second_axis, bool log) const {
  std::vector<double> values = shown(lines, second_axis, log, 0);
  if (!log) {
    const std::vector<double> later = shown(lines, second_axis, log, 1);
    if (first_dwarfs(values, later)) values = later;
  }
  const auto [least, most] = extremes(values);
  if (log) return values.empty() ? Axis::logarithmic(0.1, 1) : Axis::logarithmic(least, most);
  return Axis::around(least, most);
}

/// What the figure says of a first epoch that lies beyond an axis, above which its line comes from;
/// empty where none does.
std::string beyond(const std::vector<Series>& lines, const Frame& frame,
                   const std::vector<double>& epochs) {
  std::string text;
  for (const Series& line : lines) {
    const double place = (line.second_axis ? *frame.second : frame.y).place(line.y[0]);
    if (place >= 0 && place <= 1) continue;
    if (std::isnan(place)) continue;
    text += fmt::format("{}{} {:.4g}", text.empty() ? "" : ", ",
                        line.label.substr(0, line.label.rfind(" (")), line.y[0]);
  }
  if (text.empty()) return "";
  return fmt::format("epoch {} is beyond the axis: {}", whole_number(epochs[0]), text);
}

void History::run(Context& context) {
  if (history_->rows() < 1)
    throw Error("the history has no row: train for at least one epoch to have a course to draw");
  pipeline::Figure figure;
  figure.data["epoch"] = history_->column("epoch");
  const std::vector<double> epochs = doubles(figure.data["epoch"], "column 'epoch'");
  if (!std::all_of(epochs.begin(), epochs.end(), [](double e) { return std::isfinite(e); }))
    throw Error("column 'epoch' of the history holds a value that is not finite");
  std::vector<Series> lines = this->lines(epochs, figure);
  tell_gaps(lines, context);

  Frame frame(figure_, x_label_, metric_);
  const auto [first, last] = extremes(epochs);
  frame.x = (first < last ? Axis::around(first, last) : Axis(first - 0.5, first + 0.5)).whole();
  frame.y = axis(lines, false, log_);
  frame.y_color = kRed;
  frame.grid = true;
  if (!second_metric().empty()) {
    frame.second = axis(lines, true, false);
    frame.second_label = second_metric();
    frame.second_color = kBlue;
  }
  if (const std::string note = beyond(lines, frame, epochs); !note.empty()) {
    context.log(note);
    frame.x_label += (frame.x_label.empty() ? "" : "\n") + note;
  }
  figure.files = draw(draw_series(frame, lines), figure_, context);
  drawn_.set(std::move(figure));
}

}  // namespace
}  // namespace plots

PIPELINE_COMPONENT("plot.history", plots::History);
