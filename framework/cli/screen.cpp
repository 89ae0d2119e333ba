#include "cli/screen.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/printable.h"

namespace pipeline::cli {
std::string Screen::draw(const std::string& scrolled, const std::vector<std::string>& below,
                         Size size) {
  // A terminal that has become narrower has wrapped the lines that stand there.
  std::size_t rows = 0;
  for (const std::size_t width : widths_)
    rows += std::max<std::size_t>(1, (width + size.columns - 1) / size.columns);
  rows = std::min(rows, size.rows - 1);
  std::string text = rows > 0 ? fmt::format("\033[{}F\033[J", rows) : "";
  text += scrolled;
  widths_.clear();
  const std::size_t shown = std::min(below.size(), std::max<std::size_t>(2, size.rows) - 1);
  for (std::size_t i = 0; i < shown; ++i) {
    const bool last = i + 1 == shown;
    const std::string line(beginning_of(last ? below.back() : below[i], size.columns - 1));
    widths_.push_back(columns_of(line));
    text += last ? fmt::format("\033[2m{}\033[0m\n", line) : line + "\n";
  }
  return text;
}

}  // namespace pipeline::cli
