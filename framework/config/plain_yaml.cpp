#include "config/plain_yaml.h"

#include <yaml-cpp/mark.h>

#include <algorithm>
#include <array>
#include <string>

namespace pipeline::config {
namespace {

using Style = YAML::EmitterStyle;
using Bytes = std::array<bool, 256>;

constexpr std::size_t kLongestKey = 1000;  // bytes; yaml-cpp takes 1024 up to the ':'
constexpr int kDeepest = 100;

const std::string kPlainTag = "?", kQuotedTag = "!";

/// ASCII's letters and digits, and some more.
constexpr Bytes words_and(std::string_view others, bool beyond_ascii) {
  Bytes bytes{};
  for (std::size_t c = '0'; c <= '9'; ++c) bytes[c] = true;
  for (std::size_t c = 'a'; c <= 'z'; ++c) bytes[c] = bytes[c - 'a' + 'A'] = true;
  for (const char c : others) bytes[static_cast<unsigned char>(c)] = true;
  for (std::size_t c = 0x80; c < bytes.size(); ++c) bytes[c] = beyond_ascii;
  return bytes;
}

// What a plain text may begin with, what a '-' or '.' at its beginning needs behind it, and what it
// may have inside.
constexpr Bytes kFirst = words_and("_/$+~(", true), kSecond = words_and("_/", false);
constexpr Bytes kInFlow = words_and("_/$+~().-=*%@;^<>|!&'\"", true);
constexpr Bytes kInBlock = words_and("_/$+~().-=*%@;^<>|!&'\",?[]{}", true);

bool is_in(const Bytes& bytes, char c) { return bytes[static_cast<unsigned char>(c)]; }

bool is_null(std::string_view text) {
  return text == "~" || text == "null" || text == "Null" || text == "NULL";
}

/// Each function reads what its name says and moves on, or gives false.
class PlainYaml {
 public:
  PlainYaml(std::string_view text, YAML::EventHandler& handler) : text_(text), handler_(handler) {}

  bool document() {
    if (text_.starts_with("\xEF\xBB\xBF")) return false;  // yaml-cpp leaves it out
    to_next();
    handler_.OnDocumentStart(mark());
    if (!(at_flow() ? flow(0) && end_of_line() : block(0)) || !at_end()) return false;
    handler_.OnDocumentEnd();
    return true;
  }

 private:
  struct Scalar {
    YAML::Mark at;
    std::string_view text;
    bool is_quoted;
  };

  bool at_end() const { return at_ == text_.size(); }
  /// The end of the text is one of a line.
  char byte(std::size_t i) const { return i < text_.size() ? text_[i] : '\n'; }
  char here() const { return byte(at_); }
  bool before_blank() const { return byte(at_ + 1) == ' ' || byte(at_ + 1) == '\n'; }
  bool at_colon() const { return here() == ':' && before_blank(); }
  bool at_dash() const { return here() == '-' && before_blank(); }
  bool at_flow() const { return here() == '{' || here() == '['; }
  bool at_comment() const {
    return here() == '#' && (at_ == 0 || text_[at_ - 1] == ' ' || text_[at_ - 1] == '\n');
  }
  bool at_line_end() const { return here() == '\n' || at_comment(); }
  /// From 0; -1 at the end.
  int column() const { return at_end() ? -1 : int(at_ - line_begin_); }

  YAML::Mark mark() const {
    YAML::Mark mark;
    mark.pos = int(at_);
    mark.line = line_;
    mark.column = int(at_ - line_begin_);
    return mark;
  }

  void skip_spaces() {
    while (here() == ' ') ++at_;
  }

  /// Past spaces, comments and the ends of lines.
  void to_next() {
    for (;; ++at_) {
      skip_spaces();
      if (at_comment()) at_ = std::min(text_.find('\n', at_), text_.size());
      if (at_end() || here() != '\n') return;
      ++line_;
      line_begin_ = at_ + 1;
    }
  }

  bool end_of_line() {
    skip_spaces();
    if (!at_line_end()) return false;
    to_next();
    return true;
  }

  /// The entries of a map or list that begin lines, or follow a '-'. Behind it the reader stands at
  /// the first letter of another line or at the end.
  bool block(int depth) {
    if (depth > kDeepest) return false;
    const int own = column();
    const bool is_list = at_dash();
    begin(is_list, Style::Block);
    do {
      if (is_list) ++at_;
      else if (!key(kInBlock)) return false;
      if (!block_value(own, is_list, depth)) return false;
    } while (column() == own && (!is_list || at_dash()));
    end(is_list);
    return true;  // what stands deeper in the next line fits no block around this one either
  }

  /// Behind a ':' or '-' that belongs to the block at the column `own`.
  bool block_value(int own, bool in_list, int depth) {
    skip_spaces();
    if (at_line_end()) {
      to_next();
      const bool is_below = column() > own || (column() == own && !in_list && at_dash());
      return is_below && block(depth + 1);
    }
    if (at_flow()) return flow(depth + 1) && end_of_line();
    if (in_list && at_dash()) return block(depth + 1);
    const std::size_t begin = at_;
    Scalar text;
    if (!scalar(text, kInBlock)) return false;
    if (in_list && at_colon()) return at_ = begin, block(depth + 1);
    give(text);
    return end_of_line();
  }

  bool flow(int depth) {
    if (depth > kDeepest) return false;
    const bool is_list = here() == '[';
    begin(is_list, Style::Flow);
    ++at_;
    for (to_next(); here() != (is_list ? ']' : '}'); to_next()) {
      if (!is_list && !key(kInFlow)) return false;
      to_next();
      if (!flow_value(depth)) return false;
      to_next();
      if (here() == ',') ++at_;
      else if (here() != (is_list ? ']' : '}')) return false;
    }
    ++at_;
    end(is_list);
    return true;
  }

  bool flow_value(int depth) {
    if (at_flow()) return flow(depth + 1);
    Scalar text;
    if (!scalar(text, kInFlow)) return false;
    give(text);
    return true;
  }

  /// With its ':'.
  bool key(const Bytes& inner) {
    Scalar key;
    if (!scalar(key, inner) || !at_colon() || key.text.size() > kLongestKey) return false;
    ++at_;
    give(key);
    return true;
  }

  bool scalar(Scalar& scalar, const Bytes& inner) {
    scalar.at = mark();
    scalar.is_quoted = here() == '"' || here() == '\'';
    return scalar.is_quoted ? quoted(scalar.text) : plain(scalar.text, inner);
  }

  bool quoted(std::string_view& text) {
    const char quote = here();
    const std::size_t begin = ++at_;
    while (here() != quote && here() != '\\' && here() != '\n') ++at_;
    text = text_.substr(begin, at_ - begin);
    // Two single quotes, which stand for one, are not read: nothing goes on with a quote.
    return here() == quote && (++at_, true);
  }

  bool plain(std::string_view& text, const Bytes& inner) {
    const std::size_t begin = at_;
    const bool needs_second = here() == '-' || here() == '.';
    if (needs_second ? !is_in(kSecond, byte(at_ + 1)) : !is_in(kFirst, here())) return false;
    for (std::size_t next = at_; is_in(inner, byte(next));) {
      for (at_ = next; is_in(inner, here());) ++at_;
      // A ':' inside has no blank behind it, and spaces inside have no '#' behind them.
      next = at_;
      if (here() == ':') ++next;
      else
        while (byte(next) == ' ') ++next;
    }
    text = text_.substr(begin, at_ - begin);
    return true;
  }

  void begin(bool is_list, Style::value style) {
    if (is_list) handler_.OnSequenceStart(mark(), kPlainTag, 0, style);
    else handler_.OnMapStart(mark(), kPlainTag, 0, style);
  }
  void end(bool is_list) { is_list ? handler_.OnSequenceEnd() : handler_.OnMapEnd(); }

  void give(const Scalar& scalar) {
    if (!scalar.is_quoted && is_null(scalar.text)) return handler_.OnNull(scalar.at, 0);
    value_.assign(scalar.text);
    handler_.OnScalar(scalar.at, scalar.is_quoted ? kQuotedTag : kPlainTag, 0, value_);
  }

  const std::string_view text_;
  YAML::EventHandler& handler_;
  std::size_t at_ = 0, line_begin_ = 0;
  int line_ = 0;
  std::string value_;
};

}  // namespace

bool read_plain_yaml(std::string_view text, YAML::EventHandler& handler) {
  return PlainYaml(text, handler).document();
}

}  // namespace pipeline::config
