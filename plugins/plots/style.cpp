#include "style.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "script.h"

namespace plots {

std::string axes_style() {
  return R"(set border 31 front linewidth 0.9 linecolor rgb "#000000"
set tics out nomirror scale 0.5
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

double letter_count(std::string_view text) {
  double letters = 0, longest = 0;
  for (const char c : text) {
    // Bytes that go on with a letter are none of their own.
    letters = c == '\n' ? 0 : letters + ((std::uint8_t(c) & 0xc0) != 0x80);
    longest = std::max(longest, letters);
  }
  return longest;
}

double text_width(std::string_view text) {
  constexpr double kLetter = 8.5;
  return kLetter * letter_count(text);
}

}  // namespace plots
