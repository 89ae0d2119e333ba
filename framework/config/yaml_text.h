#pragma once
#include <yaml-cpp/mark.h>

#include <memory>
#include <string>
#include <vector>

#include "config/problems.h"

namespace pipeline::config {

/// The text as the YAML parser reads it, with the way from its marks back to positions. In it the
/// braces of `${var}` are replaced by characters that mean nothing to YAML, since
/// `{seed: ${seed}}` is to work without quotes.
class YamlText {
 public:
  explicit YamlText(std::shared_ptr<const Source> source, std::size_t skip);

  const std::shared_ptr<const Source>& source() const { return source_; }
  const std::string& text() const { return text_; }
  /// Marks count lines and bytes from 0; quick where they come in order.
  Position position(const YAML::Mark& mark) const;
  /// The text from the mark on.
  std::string_view rest(const YAML::Mark& mark) const;
  /// True, and where, if the indentation of the mark's line holds a tab.
  bool indented_by_tab(const YAML::Mark& mark, Position& tab) const;
  /// The text with `${var}` as it was written.
  static std::string restore(std::string_view text);

 private:
  std::size_t line_begin(int line) const;

  std::shared_ptr<const Source> source_;
  std::string text_;
  std::vector<std::size_t> line_begins_;
  int first_column_;  ///< of the first line: what was skipped stands before it
  mutable YAML::Mark last_;
  mutable int last_column_ = 0;  ///< characters before last_
};

}  // namespace pipeline::config
