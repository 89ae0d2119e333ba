#include "config/scope.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "config/scalar.h"
#include "pipeline/error.h"
#include "pipeline/utf8.h"

namespace pipeline::config {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

}  // namespace

/// One piece of a text: words as they are, or a name to replace.
struct Piece {
  enum Kind { words, name, unclosed } kind;
  std::string_view text;  ///< of a name, without `${` and `}`
};

namespace {

std::vector<Piece> pieces_of(std::string_view text) {
  std::vector<Piece> pieces;
  std::size_t from = 0;
  const auto add = [&](Piece::Kind kind, std::size_t begin, std::size_t end) {
    if (end > begin || kind != Piece::words)
      pieces.push_back({kind, text.substr(begin, end - begin)});
  };
  for (std::size_t at; (at = text.find("${", from)) != std::string_view::npos;) {
    if (at > from && text[at - 1] == '$') {  // `$${`: one of the two stays
      add(Piece::words, from, at);
      add(Piece::words, at + 1, at + 2);
      from = at + 2;
      continue;
    }
    add(Piece::words, from, at);
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) {
      add(Piece::unclosed, at, text.size());
      return pieces;
    }
    add(Piece::name, at + 2, end);
    from = end + 1;
  }
  add(Piece::words, from, text.size());
  return pieces;
}

// Where the piece stands, if the text is written in one line just as it is; else the text's
// beginning.
Position position_of(const Node& raw, const Piece& piece) {
  Position at = raw.at;
  if (!at.source) return at;
  const std::string_view all = at.source->text;
  std::size_t begin = 0;
  for (int line = 1; line < at.line && begin != std::string_view::npos; ++line)
    begin = std::min(all.find('\n', begin), all.size() - 1) + 1;
  if (begin >= all.size()) return at;
  const std::string_view line = all.substr(begin, all.find('\n', begin) - begin);
  std::size_t from = 0;
  for (int column = 1; from < line.size() && column < at.column; ++column) do
      ++from;
    while (from < line.size() && !begins_character(line[from]));
  const std::string written =
      piece.kind == Piece::name ? fmt::format("${{{}}}", piece.text) : std::string(piece.text);
  const std::size_t found = line.find(written, from);
  if (found != std::string_view::npos)
    at.column += int(count_characters(line.substr(from, found - from)));
  return at;
}

struct Deeper {
  explicit Deeper(int& nesting) : nesting(nesting) { ++nesting; }
  ~Deeper() { --nesting; }
  int& nesting;
};

}  // namespace

bool is_var_name(std::string_view name) {
  if (name.empty() || !(is_letter(name[0]) || name[0] == '_')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Scope::Scope(const std::vector<Node::Entry>& vars, bool misses_names, Problems& problems)
    : misses_names_(misses_names), problems_(problems) {
  for (const Node::Entry& entry : vars) vars_[entry.key].raw = &entry;
}

Scope::Scope(const Scope& outer, const std::vector<Node::Entry>& shadows, bool misses_names)
    : misses_names_(misses_names || outer.misses_names_), problems_(outer.problems_) {
  if (!shadows.empty()) problems_.charge(shadows[0].key_at, outer.vars_.size());
  for (const auto& [name, var] : outer.vars_) vars_[name].raw = var.raw;
  for (const Node::Entry& entry : shadows) {
    // The axis' value is resolved already, in the scope outside.
    Var& var = vars_[entry.key];
    var.raw = &entry;
    var.value = entry.value;
    var.failed = entry.value.broken;
    var.state = State::done;
  }
}

void Scope::resolve_all() {
  for (const auto& [name, var] : vars_) value_of(name);
}

Value Scope::values() {
  Value::Map map;
  for (const auto& [name, var] : vars_) {
    const Node* value = value_of(name);
    map[name] = value ? value->value() : Value();
  }
  return map;
}

const Node* Scope::value_of(std::string_view name) {
  Var& var = vars_.find(name)->second;
  if (var.state == State::busy) {
    complain_of_circle(name);
    return nullptr;
  }
  if (var.state == State::fresh) {
    var.state = State::busy;
    busy_.emplace_back(name);
    const int before = failures_;
    var.value = resolve(var.raw->value);
    var.failed = failures_ > before;
    busy_.pop_back();
    var.state = State::done;
  } else if (var.failed) {
    ++failures_;
  }
  return &var.value;
}

const Node* Scope::find(const Node& raw, const Piece& piece) {
  if (vars_.find(piece.text) != vars_.end()) return value_of(piece.text);
  if (misses_names_) {
    ++failures_;
    return nullptr;
  }
  std::vector<std::string> known;
  for (const auto& [name, var] : vars_) known.push_back(name);
  complain(raw, piece,
           fmt::format("there is no var '{}'{}", piece.text, near_names(piece.text, known)));
  return nullptr;
}

void Scope::complain(const Node& raw, const Piece& piece, std::string message) {
  ++failures_;
  problems_.add(position_of(raw, piece), std::move(message));
}

void Scope::complain_of_circle(std::string_view name) {
  ++failures_;
  std::vector<std::string> circle(std::find(busy_.begin(), busy_.end(), name), busy_.end());
  circle.emplace_back(name);
  problems_.add(vars_.find(name)->second.raw->key_at,
                fmt::format("vars use each other in a circle: {}", fmt::join(circle, " -> ")));
}

Node Scope::resolve(Node raw) {
  const Deeper deeper(nesting_);
  if (nesting_ > 2 * kDeepest)
    problems_.stop(raw.at, "vars and values are nested deeper than 200 levels");
  if (!raw.is_list && !raw.is_map) {
    if (raw.scalar.is_string() && raw.scalar.as_string().find("${") != std::string::npos)
      return resolve_scalar(raw, raw.scalar.as_string());
    problems_.charge(raw.at, units_of(raw));
    return raw;
  }
  problems_.charge(raw.at, 1 + raw.entries.size() + (raw.numbers ? raw.item_count() : 0));
  for (Node& item : raw.list) item = resolve(std::move(item));
  for (Node::Entry& entry : raw.entries) entry.value = resolve(std::move(entry.value));
  return raw;
}

Node Scope::resolve_scalar(const Node& raw, const std::string& text) {
  const std::vector<Piece> pieces = pieces_of(text);
  if (pieces.size() != 1 || pieces[0].kind != Piece::name) return joined(raw, text);
  if (!is_var_name(pieces[0].text)) return joined(raw, text);
  const Node* value = find(raw, pieces[0]);
  if (!value) {
    Node null;
    null.at = raw.at;
    null.written_in = raw.written_in;
    null.broken = true;
    return null;
  }
  if (nesting_ + depth_of(*value) > 2 * kDeepest)
    problems_.stop(raw.at, "vars and values are nested deeper than 200 levels");
  problems_.charge(raw.at, units_of(*value));
  return *value;
}

void Scope::complain_of_form(const Node& raw, const Piece& piece) {
  const std::string found =
      piece.kind == Piece::unclosed ? std::string(piece.text) : fmt::format("${{{}}}", piece.text);
  complain(raw, piece,
           fmt::format("expected ${{name}} with the name of a var, got '{}'; write $${{ for a "
                       "literal ${{",
                       found));
}

Node Scope::joined(const Node& raw, const std::string& text) {
  Node node;
  node.at = raw.at;
  std::string result;
  node.written_in = raw.written_in;
  for (const Piece& piece : pieces_of(text)) {
    if (piece.kind == Piece::words) {
      result += piece.text;
      continue;
    }
    if (piece.kind == Piece::unclosed || !is_var_name(piece.text)) {
      complain_of_form(raw, piece);
      node.broken = true;
      continue;
    }
    const int before = failures_;
    const Node* value = find(raw, piece);
    node.broken = node.broken || !value || failures_ > before;
    if (!value || failures_ > before) continue;
    if (value->is_list || value->is_map || value->scalar.is_null()) {
      complain(raw, piece,
               fmt::format("'{}' is {}; only texts, numbers and true or false can stand inside "
                           "a text",
                           piece.text, describe(*value)));
      node.broken = true;
      continue;
    }
    if (result.empty()) node.written_in = value->written_in;
    result += scalar_text(value->scalar);
    problems_.charge(raw.at, units_of_text(result.size()));
  }
  problems_.charge(raw.at, units_of_text(result.size()));
  node.scalar = std::move(result);
  return node;
}

}  // namespace pipeline::config
