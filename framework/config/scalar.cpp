#include "config/scalar.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

#include "pipeline/error.h"

namespace pipeline::config {
namespace {

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  for (std::string_view word : words)
    if (text == word) return true;
  return false;
}

bool only(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool looks_real(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  const auto skip_digits = [&] {
    const std::size_t count = std::min(text.find_first_not_of(kDigits), text.size());
    text.remove_prefix(count);
    return count;
  };
  std::size_t digits = skip_digits();
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    digits += skip_digits();
  }
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (text[0] != 'e' && text[0] != 'E') return false;
  text.remove_prefix(1);
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return skip_digits() > 0 && text.empty();
}

std::int64_t integer(std::string_view text, std::string_view digits, int base) {
  std::int64_t value = 0;
  if (!digits.empty() && digits[0] == '+') digits.remove_prefix(1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (error != std::errc() || end != digits.data() + digits.size())
    throw Error(
        fmt::format("the integer {} does not fit 64 bits (at most {}); quote it if it is "
                    "a text",
                    text.substr(0, 40), std::numeric_limits<std::int64_t>::max()));
  return value;
}

double real(std::string_view text) {
  std::string_view digits = text;
  if (digits[0] == '+') digits.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size())
    throw Error(
        fmt::format("the number {} is beyond the range of a 64-bit real; write .inf, 0, or "
                    "quote it if it is a text",
                    text.substr(0, 40)));
  return value;
}

}  // namespace

Value plain_scalar(std::string_view text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return {};
  if (is_one_of(text, {"true", "True", "TRUE"})) return true;
  if (is_one_of(text, {"false", "False", "FALSE"})) return false;
  const bool is_signed = text[0] == '-' || text[0] == '+';
  const std::string_view bare = text.substr(is_signed);
  if (is_one_of(bare, {".inf", ".Inf", ".INF"})) {
    const double infinity = std::numeric_limits<double>::infinity();
    return text[0] == '-' ? -infinity : infinity;
  }
  if (is_one_of(text, {".nan", ".NaN", ".NAN"})) return std::numeric_limits<double>::quiet_NaN();
  if (only(bare, kDigits)) return integer(text, text, 10);
  if (text.substr(0, 2) == "0o" && only(text.substr(2), "01234567"))
    return integer(text, text.substr(2), 8);
  if (text.substr(0, 2) == "0x" && only(text.substr(2), "0123456789abcdefABCDEF"))
    return integer(text, text.substr(2), 16);
  if (looks_real(text)) return real(text);
  return text;
}

std::string scalar_text(const Value& scalar) {
  if (scalar.is_string()) return scalar.as_string();
  if (scalar.is_real() && !std::isfinite(scalar.as_real()))
    return std::isnan(scalar.as_real()) ? ".nan" : scalar.as_real() < 0 ? "-.inf" : ".inf";
  return scalar.to_json();
}

}  // namespace pipeline::config
