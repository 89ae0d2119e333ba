#include "style.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "script.h"

namespace plots {

std::string axes_style() {
  return R"(set border 31 front linewidth 0.9 linecolor rgb "#000000"
set tics out nomirror scale 0.5
set format "%h"
set cbtics out scale 0.5
)";
}

std::string labels(const std::string& title, const std::string& x_label,
                   const std::string& y_label) {
  std::string commands;
  if (!title.empty()) commands += "set title " + quote(title) + " offset 0,-0.5\n";
  if (!x_label.empty()) commands += "set xlabel " + quote(x_label) + "\n";
  if (!y_label.empty()) commands += "set ylabel " + quote(y_label) + " offset 1,0\n";
  return commands;
}

double line_count(const std::string& text) {
  return text.empty() ? 0.0 : 1.0 + double(std::count(text.begin(), text.end(), '\n'));
}

double text_width(std::string_view text) {
  constexpr double kLetter = 8;
  double letters = 0, longest = 0;
  for (const char c : text) {
    // Bytes that go on with a letter are none of their own.
    letters = c == '\n' ? 0 : letters + ((std::uint8_t(c) & 0xc0) != 0x80);
    longest = std::max(longest, letters);
  }
  return kLetter * longest;
}

std::string vertical_margins(const std::string& title, const std::string& x_label, double height) {
  // However long the texts are, a third of the height is left for the axes.
  const double top = std::min(14 + 20 * line_count(title), height / 3);
  const double bottom = std::min(34 + 19 * line_count(x_label), height / 3);
  return fmt::format("set tmargin at screen {}\nset bmargin at screen {}\n",
                     number(1 - top / height), number(bottom / height));
}

std::string color_bar(double tics_width, const std::string& label, double width) {
  constexpr double kGap = 16, kBar = 20, kTics = 16, kLine = 19, kEdge = 12;
  const double right = tics_width + kGap + kBar + kTics + kLine * line_count(label) + kEdge;
  // A bar beside a narrow drawing may leave it half of the width, and the texts are cut.
  const double end = 1 - std::min(0.5, right / width);
  return fmt::format(
      "set rmargin at screen {}\n"
      "set colorbox vertical user origin screen {}, graph 0 size screen {}, graph 1\n",
      number(end), number(end + kGap / width), number(kBar / width));
}

std::string span(const std::string& axis, double least, double most) {
  double margin = (most - least) / 20;
  if (margin == 0) margin = least == 0 ? 1 : std::abs(least) / 20;
  return fmt::format("set {}range [{}:{}]\n", axis, number(least - margin), number(most + margin));
}

}  // namespace plots
