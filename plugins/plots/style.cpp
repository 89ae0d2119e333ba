#include "style.h"

#include <fmt/format.h>

#include <cmath>

#include "script.h"

namespace plots {

std::string axes_style() {
  return R"(set border 31 front linewidth 0.9 linecolor rgb "#000000"
set tics out nomirror scale 0.5
set colorbox vertical
set cbtics out scale 0.5
)";
}

std::string labels(const std::string& title, const std::string& x_label,
                   const std::string& y_label) {
  std::string commands;
  if (!title.empty()) commands += "set title " + quote(title) + " offset 0,-0.4\n";
  if (!x_label.empty()) commands += "set xlabel " + quote(x_label) + "\n";
  if (!y_label.empty()) commands += "set ylabel " + quote(y_label) + "\n";
  return commands;
}

std::string span(const std::string& axis, double least, double most) {
  double margin = (most - least) / 20;
  if (margin == 0) margin = least == 0 ? 1 : std::abs(least) / 20;
  return fmt::format("set {}range [{}:{}]\n", axis, number(least - margin), number(most + margin));
}

}  // namespace plots
