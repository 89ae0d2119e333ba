#include "pipeline/printable.h"

#include <fmt/format.h>
#include <locale.h>
#include <wchar.h>

#include <algorithm>

#include "pipeline/utf8.h"

namespace pipeline {
namespace {

// The code point of one well-formed character.
char32_t code_point(std::string_view character) {
  if (character.size() == 1) return static_cast<unsigned char>(character[0]);
  char32_t code = static_cast<unsigned char>(character[0]) & (0xFFu >> (character.size() + 1));
  for (const char byte : character.substr(1)) code = code << 6 | (byte & 0x3F);
  return code;
}

// Controls beyond ASCII, line and paragraph separators, and what changes the reading direction: by
// that a text can be shown as another.
bool acts(char32_t code) {
  return (code >= 0x80 && code < 0xA0) || code == 0x061C || code == 0x200E || code == 0x200F ||
         (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

bool is_plain(char c) { return c >= ' ' && c < '\x7F'; }

std::string escaped_byte(unsigned char byte) {
  switch (byte) {
    case '\n': return "\\n";
    case '\r': return "\\r";
    case '\t': return "\\t";
    default: return fmt::format("\\x{:02x}", byte);
  }
}

enum class Form { line, lines, json };

std::string escaped(std::string_view text, Form form) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    const auto end = std::find_if(text.begin(), text.end(), [&](char c) {
      return !is_plain(c) && (form == Form::line || (c != '\n' && c != '\t'));
    });
    result.append(text.begin(), end);
    text.remove_prefix(std::size_t(end - text.begin()));
    if (text.empty()) break;
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, std::max<std::size_t>(1, length));
    if (text[0] == '\x7F' && form == Form::json) result += "\\u007f";
    else if (length <= 1) result += escaped_byte(static_cast<unsigned char>(text[0]));
    else if (const char32_t code = code_point(character); acts(code))
      result += fmt::format("\\u{:04x}", std::uint32_t(code));
    else result += character;
    text.remove_prefix(character.size());
  }
  return result;
}

/// While it lives, wcwidth() knows Unicode, whatever locale the user has.
class UnicodeWidths {
 public:
  UnicodeWidths() : before_(known() ? uselocale(known()) : nullptr) {}
  ~UnicodeWidths() {
    if (before_) uselocale(before_);
  }
  UnicodeWidths(const UnicodeWidths&) = delete;

  std::size_t of(char32_t code) const {
    const int columns = before_ ? wcwidth(wchar_t(code)) : 1;
    return columns < 0 ? 1 : std::size_t(columns);
  }

 private:
  static locale_t known() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    return locale;
  }
  locale_t before_;
};

}  // namespace

std::string printable(std::string_view text) { return escaped(text, Form::line); }
std::string printable_lines(std::string_view text) { return escaped(text, Form::lines); }
std::string printable_json(std::string_view json) { return escaped(json, Form::json); }

std::string_view beginning_of(std::string_view text, std::size_t columns) {
  const UnicodeWidths widths;
  std::size_t end = 0;
  for (std::size_t taken = 0; end < text.size();) {
    const std::string_view rest = text.substr(end);
    const std::size_t length = std::max<std::size_t>(1, character_length(rest));
    taken += length == 1 ? 1 : widths.of(code_point(rest.substr(0, length)));
    if (taken > columns) break;
    end += length;
  }
  return text.substr(0, end);
}

std::size_t columns_of(std::string_view text) {
  const UnicodeWidths widths;
  std::size_t columns = 0;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, character_length(text));
    columns += length == 1 ? 1 : widths.of(code_point(text.substr(0, length)));
    text.remove_prefix(length);
  }
  return columns;
}

std::string shortened(std::string_view text, std::size_t columns) {
  const std::string_view shown = beginning_of(text, columns);
  return std::string(shown) + (shown.size() < text.size() ? "…" : "");
}

}  // namespace pipeline
