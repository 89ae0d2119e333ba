#include "config/yaml_text.h"

#include <algorithm>

#include "pipeline/utf8.h"

namespace pipeline::config {
namespace {

// Noncharacters of Unicode, three bytes each; check_characters() keeps them out of files.
constexpr std::string_view kOpen = "\uFDD0", kClose = "\uFDD1";

std::string protect(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "${") {
      const std::size_t end = text.find_first_of("{}\n\"'", i + 2);
      if (end != std::string_view::npos && text[end] == '}') {
        result += '$';
        result += kOpen;
        result += text.substr(i + 2, end - i - 2);
        result += kClose;
        i = end;
        continue;
      }
    }
    result += text[i];
  }
  return result;
}

}  // namespace

YamlText::YamlText(std::shared_ptr<const Source> source, std::size_t skip)
    : source_(std::move(source)),
      text_(protect(std::string_view(source_->text).substr(skip))),
      first_column_(int(count_characters(std::string_view(source_->text).substr(0, skip)))) {
  line_begins_.push_back(0);
  for (std::size_t i = 0; i < text_.size(); ++i)
    if (text_[i] == '\n') line_begins_.push_back(i + 1);
}

std::size_t YamlText::line_begin(int line) const {
  const auto last = int(line_begins_.size()) - 1;
  return line_begins_[std::size_t(std::clamp(line, 0, last))];
}

Position YamlText::position(const YAML::Mark& mark) const {
  const bool onward = mark.line == last_.line && mark.column >= last_.column;
  const std::size_t begin = line_begin(mark.line);
  const std::size_t from = begin + (onward ? std::size_t(last_.column) : 0);
  const std::size_t to = std::min(begin + std::size_t(std::max(mark.column, 0)), text_.size());
  const int before = onward ? last_column_ : 0;
  const std::string_view between =
      from < to ? std::string_view(text_).substr(from, to - from) : std::string_view();
  last_ = mark;
  last_column_ = before + int(count_characters(between));
  return {source_, mark.line + 1, last_column_ + 1 + (mark.line == 0 ? first_column_ : 0)};
}

std::string_view YamlText::rest(const YAML::Mark& mark) const {
  const std::size_t at = line_begin(mark.line) + std::size_t(std::max(mark.column, 0));
  return std::string_view(text_).substr(std::min(at, text_.size()));
}

bool YamlText::indented_by_tab(const YAML::Mark& mark, Position& tab) const {
  std::size_t i = line_begin(mark.line);
  while (i < text_.size() && text_[i] == ' ') ++i;
  if (i >= text_.size() || text_[i] != '\t') return false;
  const int column = int(i - line_begin(mark.line));
  const std::size_t first = text_.find_first_not_of(" \t", i);
  // A tab before nothing but the line's end or a comment is no indentation.
  if (first == std::string::npos || text_[first] == '\n' || text_[first] == '#') return false;
  tab = {source_, mark.line + 1, column + 1 + (mark.line == 0 ? first_column_ : 0)};
  return true;
}

std::string YamlText::restore(std::string_view text) {
  if (text.find(kOpen[0]) == std::string_view::npos) return std::string(text);
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view character = text.substr(i, kOpen.size());
    if (character == kOpen) result += '{', i += 2;
    else if (character == kClose) result += '}', i += 2;
    else result += text[i];
  }
  return result;
}

}  // namespace pipeline::config
