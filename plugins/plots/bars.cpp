#include "bars.h"

#include <fmt/format.h>

#include <algorithm>

#include "legend.h"
#include "numbers.h"
#include "series.h"

namespace plots {

double room_above(const std::vector<Bars>& all, const FigureParams& figure) {
  constexpr double kMost = 0.35;
  std::vector<std::string> labels;
  for (const Bars& bars : all)
    if (!bars.label.empty()) labels.push_back(bars.label);
  if (labels.empty()) return 1.05;
  const Area area = Frame(figure, "x", "").area();
  return 1.05 / (1 - std::min(kMost, legend_size(labels, area).second));
}

Drawing draw_bars(const Frame& frame, const std::vector<Bars>& all) {
  Drawing drawing{frame.commands(), "", frame.width, frame.height};
  std::vector<std::string> plots, labels;
  std::vector<Curve> curves;
  for (const Bars& bars : all) {
    plots.push_back(fmt::format(
        "{} binary skip={} record=({}) format='%float64%float64%float64%float64%float64%float64' "
        "using 1:2:3:4:5:6 with boxxyerror linewidth 0.5 linecolor rgb {} fillstyle solid {} {}",
        kDataFile, drawing.data.size(), bars.left.size(), quote(bars.color),
        all.size() > 1 ? "0.8 border" : "1 border rgb \"#ffffff\"",
        bars.label.empty() ? "notitle" : "title " + quote(bars.label)));
    if (!bars.label.empty()) labels.push_back(bars.label);
    for (std::size_t i = 0; i < bars.left.size(); ++i) {
      const double left = frame.x.place(bars.left[i]), right = frame.x.place(bars.right[i]);
      const double bottom = frame.y.place(bars.bottom[i]), top = frame.y.place(bars.top[i]);
      for (const double value : {(left + right) / 2, (bottom + top) / 2, left, right, bottom, top})
        append(drawing.data, value);
      curves.push_back({{left, left, right, right}, {bottom, top, top, bottom}});
    }
  }
  if (labels.empty()) {
    drawing.script += "unset key\n";
  } else {
    const auto [width, height] = legend_size(labels, frame.area());
    drawing.script += legend(labels, emptiest_place(curves, width, height));
  }
  drawing.script += fmt::format("plot {}\n", fmt::join(plots, ", "));
  return drawing;
}

}  // namespace plots
