#include "script.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "pipeline/error.h"

namespace plots {
namespace {

/// Length of the UTF-8 sequence at the start of `text`, or 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? std::uint8_t(text[i]) : 0; };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  // Overlong forms, surrogates, and what lies beyond the last code point.
  if (first == 0xe0 && byte(1) < 0xa0) return 0;
  if (first == 0xed && byte(1) > 0x9f) return 0;
  if (first == 0xf0 && byte(1) < 0x90) return 0;
  if (first == 0xf4 && byte(1) > 0x8f) return 0;
  return length;
}

// U+FFFE and U+FFFF, which XML has no place for.
bool is_noncharacter(std::string_view character) {
  return character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf";
}

/// Signs that mean something within gnuplot's quotes.
bool is_special(unsigned char c) { return c == '\\' || c == '`' || c == '@' || c >= 0x7f; }

}  // namespace

std::string quote(std::string_view text) {
  std::string result = "\"";
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const auto first = std::uint8_t(text[0]);
    if (length == 0 || is_noncharacter(text.substr(0, length))) {
      result += "\\357\\277\\275";
    } else if (first == '\n') {
      result += "\\n";
    } else if (first < 0x20 || first == 0x7f) {
      result += ' ';
    } else if (first == '"') {
      result += "\\\"";
    } else if (is_special(first)) {
      // All of these are 0100 or more. A code that began with 0 would take in a digit behind it.
      for (std::size_t i = 0; i < length; ++i)
        result += fmt::format("\\{:03o}", std::uint8_t(text[i]));
    } else {
      result += char(first);
    }
    text.remove_prefix(std::max<std::size_t>(1, length));
  }
  return result + '"';
}

std::string quote_tic(std::string_view text) {
  // gnuplot cuts a tic's label after 50 bytes, wherever that is.
  constexpr std::size_t kMost = 50;
  constexpr std::string_view kMore = "…";
  std::string doubled, cut;
  while (!text.empty()) {
    const std::size_t length = std::max<std::size_t>(1, utf8_length(text));
    if (doubled.size() + kMore.size() <= kMost) cut = doubled;
    doubled += text[0] == '%' ? "%%" : text.substr(0, length);
    text.remove_prefix(length);
  }
  return quote(doubled.size() <= kMost ? doubled : cut + std::string(kMore));
}

std::string number(double value) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

std::string with_decimals(double value, int decimals) {
  const std::string text = fmt::format("{:.{}f}", value, decimals);
  const bool zero = text.find_first_of("123456789") == std::string::npos;
  return zero && text.starts_with('-') ? text.substr(1) : text;
}

std::vector<std::string> with_equal_decimals(const std::vector<double>& values) {
  constexpr int kMost = 6;
  int decimals = 0;
  const auto inexact = [&](double value) {
    return std::isfinite(value) && std::stod(with_decimals(value, decimals)) != value;
  };
  const bool large = std::any_of(values.begin(), values.end(),
                                 [](double value) { return std::abs(value) >= 1e15; });
  while (decimals <= kMost && std::any_of(values.begin(), values.end(), inexact)) ++decimals;
  std::vector<std::string> texts;
  for (const double value : values)
    texts.push_back(large || decimals > kMost ? number(value) : with_decimals(value, decimals));
  return texts;
}

std::string whole_number(double value) {
  const bool exact = std::abs(value) < 1e15 && value == std::floor(value);
  return exact ? fmt::format("{:.0f}", value + 0.0) : number(value);
}

std::string quote(Rgb color) { return fmt::format("\"#{:06x}\"", color & 0xffffff); }

Rgb parse_color(std::string_view text) {
  static const std::map<std::string, Rgb, std::less<>> names = {
      {"black", 0x000000},  {"white", 0xffffff}, {"gray", 0x808080}, {"red", 0xff0000},
      {"green", 0x00ff00},  {"blue", 0x0000ff},  {"cyan", 0x00ffff}, {"magenta", 0xff00ff},
      {"yellow", 0xffff00}, {"orange", 0xffa500}};
  if (const auto named = names.find(text); named != names.end()) return named->second;
  Rgb color = 0;
  if (text.size() == 7 && text[0] == '#') {
    const auto [end, error] = std::from_chars(text.data() + 1, text.data() + 7, color, 16);
    if (error == std::errc() && end == text.data() + 7) return color;
  }
  std::string known;
  for (const auto& [name, value] : names) known += ", " + name;
  throw pipeline::Error(
      fmt::format("'{}' is no colour; expected \"#rrggbb\" or one of {}", text, known.substr(2)));
}

}  // namespace plots
