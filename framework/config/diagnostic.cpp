#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "config/config.h"
#include "pipeline/printable.h"
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
  std::size_t caret;  ///< columns before it
};

// Those of the line's characters that can come to stand near the one at `column`, which is moved to
// count from the first of them. What a terminal does not just show is a blank.
std::vector<std::string> characters_near(std::string_view line, std::size_t& column,
                                         std::size_t most) {
  std::vector<std::string> characters;
  const std::size_t first = column > most ? column - most : 0;
  for (std::size_t i = 0, at = 0; i < line.size() && at <= column + most; ++at) {
    const std::size_t length = character_length(line.substr(i));
    const std::string_view character = line.substr(i, std::max<std::size_t>(1, length));
    if (at >= first)
      characters.push_back(length == 0                         ? "?"
                           : printable(character) == character ? std::string(character)
                                                               : " ");
    i += character.size();
  }
  column = std::min(column - first, characters.size());
  return characters;
}

// At most kWidth columns of the line around the character, which the caret stands right under.
Excerpt excerpt(std::string_view line, std::size_t column) {
  constexpr std::size_t kWidth = 100, kBefore = 70;
  std::size_t at = column > 0 ? column - 1 : 0;
  const bool starts_later = at > kWidth;
  const auto characters = characters_near(line, at, kWidth);
  const auto width = [&](std::size_t i) { return columns_of(characters[i]); };
  std::size_t begin = at, end = at, taken = 0;
  while (begin > 0 && taken + width(begin - 1) <= kBefore) taken += width(--begin);
  while (end < characters.size() && taken + width(end) <= kWidth) taken += width(end++);
  while (begin > 0 && taken + width(begin - 1) <= kWidth) taken += width(--begin);
  Excerpt result{begin > 0 || starts_later ? "…" : "", 0};
  for (std::size_t i = begin; i < at; ++i) result.text += characters[i];
  result.caret = columns_of(result.text);
  for (std::size_t i = at; i < end; ++i) result.text += characters[i];
  if (end < characters.size()) result.text += "…";
  while (!result.text.empty() && result.text.back() == ' ') result.text.pop_back();
  return result;
}

}  // namespace

std::string format(const Diagnostic& diagnostic) {
  const Position& at = diagnostic.position;
  const std::string message = printable(diagnostic.message);
  if (!at.source) return "error: " + message;
  const std::string name = printable(at.source->name);
  if (at.line < 1) return fmt::format("{}: error: {}", name, message);
  const std::string place =
      at.source->is_argument ? name : fmt::format("{}:{}:{}", name, at.line, at.column);
  if (!at.source->quotable) return fmt::format("{}: error: {}", place, message);
  const std::string number = at.source->is_argument ? "" : std::to_string(at.line);
  const Excerpt shown =
      excerpt(line_of(at.source->text, at.line), std::size_t(std::max(at.column, 1)));
  const std::string blank(std::max<std::size_t>(2, number.size()), ' ');
  return fmt::format("{}: error: {}\n   {:>2} |{}{}\n   {} | {}^", place, message, number,
                     shown.text.empty() ? "" : " ", shown.text, blank,
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
