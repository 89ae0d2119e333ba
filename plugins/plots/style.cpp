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

std::string top_margin(const std::string& title, double height) {
  const auto lines = title.empty() ? 0 : 1 + std::count(title.begin(), title.end(), '\n');
  return fmt::format("set tmargin at screen {}\n", number(1 - (14 + 20 * double(lines)) / height));
}

std::string color_bar(double tics_width, bool labelled, double width) {
  constexpr double kGap = 16, kBar = 20, kTics = 16, kLabel = 24, kEdge = 8;
  const double right = tics_width + kGap + kBar + kTics + (labelled ? kLabel : 0) + kEdge;
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
