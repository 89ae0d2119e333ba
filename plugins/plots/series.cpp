#include "series.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "legend.h"
#include "numbers.h"
#include "style.h"

namespace plots {
namespace {

/// The places of a series' values on a frame's axes.
struct Places {
  std::vector<double> x, y, low, high;
  bool drawable(std::size_t i) const {
    return i < x.size() && std::isfinite(x[i]) && std::isfinite(y[i]);
  }
  /// A value between two that cannot be drawn would be no line.
  bool has_lone_points() const {
    for (std::size_t i = 0; i < x.size(); ++i)
      if (drawable(i) && !drawable(i - 1) && !drawable(i + 1)) return true;
    return false;
  }
};

Places places(const Series& series, const Frame& frame) {
  const Axis& vertical = series.second_axis ? *frame.second : frame.y;
  const bool banded = !series.low.empty();
  Places places;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    places.x.push_back(frame.x.place(series.x[i]));
    places.y.push_back(vertical.place(series.y[i]));
    places.low.push_back(banded ? vertical.place(series.low[i]) : places.y[i]);
    places.high.push_back(banded ? vertical.place(series.high[i]) : places.y[i]);
  }
  return places;
}

std::string look(const Series& series, const Places& places) {
  return fmt::format(
      "with {} linewidth 1.5 {} linecolor rgb {} {}",
      places.has_lone_points() ? "linespoints pointtype 7 pointsize diameter(5)" : "lines",
      series.dashed ? "dashtype (10,4.5)" : "dashtype solid", quote(series.color),
      series.label.empty() ? "notitle" : "title " + quote(series.label));
}

}  // namespace

Rgb series_color(std::size_t n) {
  constexpr Rgb kColors[] = {0x1f77b4, 0xff7f0e, 0x2ca02c, 0xd62728, 0x9467bd,
                             0x8c564b, 0xe377c2, 0x7f7f7f, 0xbcbd22, 0x17becf};
  return kColors[n % std::size(kColors)];
}

std::pair<double, double> legend_size(const std::vector<std::string>& labels, const Area& area) {
  double letters = 0;
  for (const std::string& label : labels) letters = std::max(letters, letter_count(label));
  // A letter is about 7 px wide; beside the letters stand the sample and the margins.
  return {std::min(1.0, (letters * 6.5 + 56) / area.width),
          std::min(1.0, (double(labels.size()) * 17 + 16) / area.height)};
}

std::string legend(const std::vector<std::string>& labels, const std::string& place) {
  double letters = 0;
  for (const std::string& label : labels) letters = std::max(letters, letter_count(label));
  return "set key " + place +
         " inside Left reverse noenhanced samplen 2.5 spacing 1.15 height 0.4 width " +
         number(1 - 0.16 * letters) +
         " font \",9\" opaque fillcolor rgb \"#ffffff\" box linewidth 0.8 linecolor rgb "
         "\"#cccccc\"\n";
}

Drawing draw_series(const Frame& frame, const std::vector<Series>& series) {
  Drawing drawing{frame.commands(), "", frame.width, frame.height};
  std::vector<Curve> curves;
  std::vector<std::string> labels, bands, lines;
  for (const Series& one : series) {
    const Places at = places(one, frame);
    const std::string source =
        fmt::format("{} binary skip={} record=({}) format='%float64%float64%float64%float64'",
                    kDataFile, drawing.data.size(), at.x.size());
    const char* axes = one.second_axis ? "x1y2" : "x1y1";
    for (std::size_t i = 0; i < at.x.size(); ++i)
      for (const double value : {at.x[i], at.y[i], at.low[i], at.high[i]})
        append(drawing.data, value);
    if (!one.low.empty())
      bands.push_back(fmt::format(
          "{} using 1:3:4 axes {} with filledcurves fillcolor rgb {} fillstyle transparent solid "
          "0.2 noborder notitle",
          source, axes, quote(one.color)));
    lines.push_back(fmt::format("{} using 1:2 axes {} {}", source, axes, look(one, at)));
    curves.push_back({at.x, at.y});
    if (!one.label.empty()) labels.push_back(one.label);
  }
  if (labels.empty()) {
    drawing.script += "unset key\n";
  } else {
    const auto [width, height] = legend_size(labels, frame.area());
    drawing.script += legend(labels, emptiest_place(curves, width, height));
  }
  bands.insert(bands.end(), lines.begin(), lines.end());
  drawing.script += fmt::format("plot {}\n", fmt::join(bands, ", "));
  return drawing;
}

}  // namespace plots
