#include "json.h"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace pipeline {
namespace {

/// Letters that stand for themselves between a string's quotes.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (int c = 0x20; c < 0x7f; ++c) plain[std::size_t(c)] = c != '"' && c != '\\';
  return plain;
}();

bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Each function reads what its name says and moves on, or gives false.
class Reader {
 public:
  explicit Reader(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  bool document(Value& value) {
    if (!this->value(value, 0)) return false;
    skip_blanks();
    return at_ == end_;
  }

 private:
  bool value(Value& value, int depth) {
    constexpr int kDeepest = 100;
    skip_blanks();
    if (at_ == end_ || depth > kDeepest) return false;
    switch (*at_) {
      case '{': return map(value.map(), depth);
      case '[': return list(value.list(), depth);
      case '"': {
        std::string text;
        if (!string(text)) return false;
        value = std::move(text);
        return true;
      }
      case 't': return word("true") && (value = true, true);
      case 'f': return word("false") && (value = false, true);
      case 'n': return word("null");
      default: return number(value);
    }
  }

  bool map(Value::Map& map, int depth) {
    ++at_;
    if (taken('}')) return true;
    do {
      std::string key;
      skip_blanks();
      if (!string(key) || !taken(':')) return false;
      // What was written sorted is put at the end without a search. The last of equal keys counts.
      Value& entry = map.try_emplace(map.end(), std::move(key))->second;
      entry = Value();
      if (!value(entry, depth + 1)) return false;
    } while (taken(','));
    return taken('}');
  }

  bool list(Value::List& list, int depth) {
    ++at_;
    if (taken(']')) return true;
    do {
      if (!value(list.emplace_back(), depth + 1)) return false;
    } while (taken(','));
    return taken(']');
  }

  bool string(std::string& text) {
    if (at_ == end_ || *at_ != '"') return false;
    for (++at_;;) {
      const char* begin = at_;
      while (at_ != end_ && is_plain(*at_)) ++at_;
      text.append(begin, at_);
      if (at_ == end_) return false;
      if (*at_ == '"') return ++at_, true;
      if (*at_ != '\\' || ++at_ == end_) return false;
      if (*at_ == 'n') text += '\n';
      else if (*at_ == '"' || *at_ == '\\') text += *at_;
      else return false;
      ++at_;
    }
  }

  bool number(Value& value) {
    const char* begin = at_;
    if (*at_ == '-') ++at_;
    if (at_ == end_ || !is_digit(*at_)) return false;
    if (*at_++ == '0' && at_ != end_ && is_digit(*at_)) return false;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    bool real = false;
    if (at_ != end_ && *at_ == '.') real = true, ++at_;
    if (real && !digits()) return false;
    if (at_ != end_ && (*at_ == 'e' || *at_ == 'E')) {
      real = true;
      if (++at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      if (!digits()) return false;
    }
    return real ? parsed<double>(begin, value) : parsed<std::int64_t>(begin, value);
  }

  bool digits() {
    const char* begin = at_;
    while (at_ != end_ && is_digit(*at_)) ++at_;
    return at_ != begin;
  }

  template <class T>
  bool parsed(const char* begin, Value& value) {
    T number{};
    const auto [end, problem] = std::from_chars(begin, at_, number);
    if (problem != std::errc() || end != at_) return false;
    value = number;
    return true;
  }

  bool word(std::string_view word) {
    if (std::string_view(at_, std::size_t(end_ - at_)).substr(0, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  bool taken(char wanted) {
    skip_blanks();
    if (at_ == end_ || *at_ != wanted) return false;
    ++at_;
    return true;
  }

  void skip_blanks() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }

  const char* at_;
  const char* end_;
};

void append(std::string& text, const std::string& value) {
  for (const char c : value)
    if (!is_plain(c)) {
      using Json = nlohmann::json;
      text += Json(value).dump(-1, ' ', false, Json::error_handler_t::replace);
      return;
    }
  text += '"';
  text += value;
  text += '"';
}

void append(std::string& text, double x) {
  if (std::isnan(x)) text += "\"nan\"";
  else if (std::isinf(x)) text += x > 0 ? "\"inf\"" : "\"-inf\"";
  else text += nlohmann::json(x).dump();  // the shortest text that reads back the same
}

}  // namespace

std::optional<Value> read_plain_json(std::string_view text) {
  Value value;
  if (!Reader(text).document(value)) return std::nullopt;
  return value;
}

void append_json(std::string& text, const Value& value) {
  if (value.is_null()) {
    text += "null";
  } else if (value.is_bool()) {
    text += value.as_bool() ? "true" : "false";
  } else if (value.is_int()) {
    text += std::to_string(value.as_int());
  } else if (value.is_real()) {
    append(text, value.as_real());
  } else if (value.is_string()) {
    append(text, value.as_string());
  } else if (value.is_list()) {
    text += '[';
    for (const Value& item : value.as_list()) {
      if (text.back() != '[') text += ',';
      append_json(text, item);
    }
    text += ']';
  } else {
    text += '{';
    for (const auto& [key, item] : value.as_map()) {
      if (text.back() != '{') text += ',';
      append(text, key);
      text += ':';
      append_json(text, item);
    }
    text += '}';
  }
}

}  // namespace pipeline
