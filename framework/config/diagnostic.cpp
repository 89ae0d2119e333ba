#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "config/config.h"
#include "pipeline/utf8.h"

namespace pipeline::config {
namespace {

std::string_view line_of(std::string_view text, int line) {
  std::size_t begin = 0;
  for (int i = 1; i < line; ++i) {
    begin = text.find('\n', begin);
    if (begin == std::string_view::npos) return {};
    ++begin;
  }
  return text.substr(begin, text.find('\n', begin) - begin);
}

struct Excerpt {
  std::string text;
  std::size_t caret;  ///< characters before it
};

// At most kWidth characters of the line around the column, a blank for each tab or control
// character, so that the caret stands right under what it points at.
Excerpt excerpt(std::string_view line, std::size_t column) {
  constexpr std::size_t kWidth = 100, kBefore = 70;
  std::vector<std::string> characters;
  for (std::size_t i = 0; i < line.size();) {
    const std::size_t length = character_length(line.substr(i));
    const bool shown = length > 1 || (length == 1 && line[i] >= ' ' && line[i] != '\x7F');
    characters.push_back(length == 0 ? "?" : shown ? std::string(line.substr(i, length)) : " ");
    i += std::max<std::size_t>(1, length);
  }
  const std::size_t at = std::min(column > 0 ? column - 1 : 0, characters.size());
  std::size_t begin = 0, end = characters.size();
  if (end > kWidth) {
    begin = at > kBefore ? std::min(at - kBefore, end - kWidth) : 0;
    end = begin + kWidth;
  }
  Excerpt result{begin > 0 ? "…" : "", at - begin + (begin > 0)};
  for (std::size_t i = begin; i < end; ++i) result.text += characters[i];
  if (end < characters.size()) result.text += "…";
  while (!result.text.empty() && result.text.back() == ' ') result.text.pop_back();
  return result;
}

}  // namespace

std::string format(const Diagnostic& diagnostic) {
  const Position& at = diagnostic.position;
  if (!at.source) return "error: " + diagnostic.message;
  if (at.line < 1) return fmt::format("{}: error: {}", at.source->name, diagnostic.message);
  const std::string place = at.source->is_argument
                                ? at.source->name
                                : fmt::format("{}:{}:{}", at.source->name, at.line, at.column);
  const std::string number = at.source->is_argument ? "" : std::to_string(at.line);
  const Excerpt shown =
      excerpt(line_of(at.source->text, at.line), std::size_t(std::max(at.column, 1)));
  const std::string blank(std::max<std::size_t>(2, number.size()), ' ');
  return fmt::format("{}: error: {}\n   {:>2} |{}{}\n   {} | {}^", place, diagnostic.message,
                     number, shown.text.empty() ? "" : " ", shown.text, blank,
                     std::string(shown.caret, ' '));
}

Errors::Errors(std::vector<Diagnostic> diagnostics) : diagnostics_(std::move(diagnostics)) {
  const auto order = [](const Diagnostic& d) {
    const Source* source = d.position.source.get();
    const bool argument = source && source->is_argument;
    // Arguments stay in the order in which they were given.
    return std::make_tuple(argument, source ? std::string_view(source->name) : std::string_view(),
                           argument ? 0 : d.position.line, argument ? 0 : d.position.column);
  };
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(),
                   [&](const auto& a, const auto& b) { return order(a) < order(b); });
  const auto same = [&](const Diagnostic& a, const Diagnostic& b) {
    return a.position.source == b.position.source && a.position.line == b.position.line &&
           a.position.column == b.position.column && a.message == b.message;
  };
  diagnostics_.erase(std::unique(diagnostics_.begin(), diagnostics_.end(), same),
                     diagnostics_.end());
  constexpr std::size_t kShown = 50;
  const std::size_t shown = std::min(kShown, diagnostics_.size());
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text_ += '\n';
    text_ += format(diagnostics_[i]);
  }
  if (shown < diagnostics_.size())
    text_ += fmt::format("\n… and {} more errors", diagnostics_.size() - shown);
}

}  // namespace pipeline::config
