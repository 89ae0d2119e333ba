#include <catch2/catch.hpp>

#include "mutator.h"
#include "yaml_events.h"

// What read_plain_yaml() reads, yaml-cpp reads too, and the same: random documents, whole and
// broken. PIPELINE_FUZZ_ROUNDS sets how many (2000 by default, about 1 s).

namespace {

const std::vector<std::string> kTokens{
    "{",     "}",           "[",    "]",   ",",    ":",   ": ",   ":\n",      "- ",
    "-",     "\n",          "\n\n", "\t",  " ",    "  ",  "#",    " #",       "# c",
    "'",     "\"",          "''",   "\\",  "? ",   "?",   "|",    "|\n",      ">",
    "&a ",   "*a",          "!t",   "@",   "%",    "`",   "---",  "---\n",    "...",
    "...\n", "%YAML 1.2\n", "<<",   "~",   "$",    "${",  "${x}", "\xC3\xA9", "\xEF\xBB\xBF",
    "a",     "1",           "null", "b: ", "\n  ", "\n- "};

/// Random documents out of what the quick reader knows, in every layout.
class Documents {
 public:
  explicit Documents(Mutator& draw) : draw_(draw) {}

  std::string next() {
    std::string text = gap();
    text += draw_.below(5) == 0 ? flow(0) + tail() : block(draw_.below(3), 0);
    if (draw_.below(4) == 0) text.pop_back();
    return text;
  }

 private:
  std::string pick(std::vector<std::string> from) { return from[draw_.below(from.size())]; }
  bool once_in(std::size_t n) { return draw_.below(n) == 0; }

  std::string key() {
    return pick({"a", "use", "fit-2", "test_size", "\"quoted\"", "'with: colon'", "a b", "null",
                 "~", "Größe", "s.x", "$x", "1", "a:b", "-1", "'ß'", "\"#\"", "a#b"});
  }
  std::string scalar(bool in_flow) {
    if (!in_flow && once_in(6)) return pick({"a, b", "it's [x]", "what? that!", "{x", "x: y"});
    return pick({"1",          "-1",
                 "+2",         ".5",
                 "1e-3",       "0x1F",
                 "~",          "null",
                 "Null",       "true",
                 "\"null\"",   "'~'",
                 "a",          "stage.port",
                 "${latent}",  "run-${latent}",
                 "two words",  "with  more   spaces",
                 "http://x/y", "\"\"",
                 "'quoted'",   "\"a # b\"",
                 "'{}[],:'",   "\"it's\"",
                 "(a)",        "a-",
                 "x=1",        "50%",
                 "a@b",        "größer",
                 "…",          "-",
                 "a - b",      "data/x.csv",
                 "-x",         "_",
                 "a#b",        "a:b"});
  }
  std::string spaces(std::size_t least) {
    return std::string(least + (once_in(4) ? draw_.below(4) : 0), ' ');
  }
  std::string comment() { return pick({"# note", "#", "# a: {b", "#\tx"}); }
  /// To the end of a line, and what may stand before the next entry.
  std::string tail() {
    std::string text = spaces(0);
    if (once_in(8)) text += spaces(1) + comment();
    return text + "\n" + gap();
  }
  std::string gap() {
    std::string text;
    while (once_in(6)) text += spaces(0) + (once_in(2) ? comment() : "") + "\n";
    return text;
  }
  /// Between what stands in brackets.
  std::string inside() { return once_in(12) ? tail() + spaces(0) : spaces(0); }

  std::string flow(int depth) {
    const bool is_list = once_in(2);
    std::string text = is_list ? "[" : "{";
    const std::size_t count = draw_.below(4);
    for (std::size_t i = 0; i < count; ++i) {
      text += inside();
      if (!is_list) text += key() + ":" + (once_in(12) ? tail() : spaces(1));
      text += depth < 4 && once_in(4) ? flow(depth + 1) : scalar(true);
      text += inside();
      if (i + 1 < count || once_in(8)) text += ",";
    }
    return text + inside() + (is_list ? "]" : "}");
  }

  /// At the beginning of a line; to the beginning of another.
  std::string block(std::size_t indent, int depth) {
    return std::string(indent, ' ') + block_here(indent, depth);
  }
  std::string block_here(std::size_t indent, int depth) {
    const bool is_list = once_in(3);
    std::string text;
    for (std::size_t i = 1 + draw_.below(3); i > 0; --i) {
      text += (is_list ? "-" : key() + ":") + value(indent, is_list, depth);
      if (i > 1) text += std::string(indent, ' ');
    }
    return text;
  }
  std::string value(std::size_t indent, bool in_list, int depth) {
    if (depth < 4 && in_list && once_in(3)) {
      const std::string blanks = spaces(1);
      return blanks + block_here(indent + 1 + blanks.size(), depth + 1);
    }
    if (depth < 4 && once_in(3)) return tail() + block(indent + draw_.below(4), depth + 1);
    return spaces(1) + (once_in(4) ? flow(depth) : scalar(false)) + tail();
  }

  Mutator& draw_;
};

}  // namespace

TEST_CASE("random documents, whole and broken, are read as yaml-cpp does or left to it") {
  const int count = fuzz_rounds();
  int whole = 0, broken = 0;
  for (int round = 0; round < count; ++round) {
    Mutator mutator(std::uint64_t(round), kTokens);
    const std::string text = Documents(mutator).next();
    whole += is_read_alike(text);
    for (int i = 0; i < 4; ++i) broken += is_read_alike(mutator.mutate(text));
  }
  // Enough of both are read, or the documents do not test what they should.
  if (count >= 1000) {
    CHECK(whole > count / 3);
    CHECK(broken > count / 5);
  }
}
