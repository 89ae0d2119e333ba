#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace pipeline::cli {

/// What a report draws on a terminal: lines that scroll up, and below them a few that are drawn
/// anew in place. Makes the text to be written; knows what stands there by what it has made so far.
class Screen {
 public:
  struct Size {
    std::size_t columns = 80, rows = 24;
  };
  /// Puts `scrolled`, whole lines, above `below`, which it cuts to fit: no line that wraps, and
  /// fewer than the rows, since what has scrolled out of a terminal cannot be erased. The last line
  /// of `below` is drawn faintly, and stays where others have to go.
  std::string draw(const std::string& scrolled, const std::vector<std::string>& below, Size size);
  /// Others have written meanwhile (a shell, after Ctrl-Z): what stands there is theirs.
  void forget() { widths_.clear(); }

 private:
  std::vector<std::size_t> widths_;  ///< of the lines below, in columns
};

}  // namespace pipeline::cli
