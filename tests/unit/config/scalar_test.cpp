#include <catch2/catch.hpp>
#include <cmath>

#include "files.h"

namespace {

// A value of a var, through a file.
pipeline::Value value(const std::string& yaml) {
  Files files;
  files.write("p.yaml", "vars:\n  v: " + yaml + "\nstages: {s: {use: x}}\n");
  return files.load().vars.at("v");
}

}  // namespace

// Expected types: YAML 1.2.2, section 10.3.2, "Tag Resolution" of the core schema.
TEST_CASE("plain scalars have the types of YAML 1.2's core schema") {
  CHECK(value("").is_null());
  CHECK(value("~").is_null());
  CHECK(value("null").is_null());
  CHECK(value("NULL").is_null());
  CHECK(value("true") == pipeline::Value(true));
  CHECK(value("False") == pipeline::Value(false));
  CHECK(value("0") == pipeline::Value(0));
  CHECK(value("-19") == pipeline::Value(-19));
  CHECK(value("+12") == pipeline::Value(12));
  CHECK(value("010") == pipeline::Value(10));
  CHECK(value("0o7") == pipeline::Value(7));
  CHECK(value("0x3A") == pipeline::Value(58));
  CHECK(value("9223372036854775807") == pipeline::Value(std::int64_t{9223372036854775807}));
  CHECK(value("-9223372036854775808").is_int());
  CHECK(value("0.") == pipeline::Value(0.0));
  CHECK(value("-0.0").is_real());
  CHECK(value(".5") == pipeline::Value(0.5));
  CHECK(value("+12e03") == pipeline::Value(12000.0));
  CHECK(value("-2E+05") == pipeline::Value(-200000.0));
  CHECK(value("1e-3") == pipeline::Value(0.001));
  CHECK(value(".inf").as_real() == INFINITY);
  CHECK(value("-.Inf").as_real() == -INFINITY);
  CHECK(std::isnan(value(".NAN").as_real()));
}

TEST_CASE("what only looks like a number or a bool is text") {
  for (const std::string text :
       {"yes",  "no", "on",  "off", "tRue", "nan",  "inf",   "1_000", "0b1",        "0o8", "0xG",
        "-0x1", "1e", "1e+", ".",   "-",    "+.e1", "1.2.3", "12:30", "2020-01-01", "1 2", "--1"}) {
    if (text == "-") continue;  // a list's item in YAML
    CAPTURE(text);
    CHECK(value(text) == pipeline::Value(text));
  }
}

TEST_CASE("quoted and block scalars are text") {
  CHECK(value("'5'") == pipeline::Value("5"));
  CHECK(value("\"true\"") == pipeline::Value("true"));
  CHECK(value("''") == pipeline::Value(""));
  CHECK(value("'it''s'") == pipeline::Value("it's"));
  CHECK(value("\"\\u00e9\\t\"") == pipeline::Value("é\t"));
  CHECK(value("|\n    5\n    6\n") == pipeline::Value("5\n6\n"));
  CHECK(value(">-\n    a\n    b\n") == pipeline::Value("a b"));
}

TEST_CASE("core tags set the type") {
  CHECK(value("!!str 5") == pipeline::Value("5"));
  CHECK(value("! 5") == pipeline::Value("5"));
  CHECK(value("!!float 5") == pipeline::Value(5.0));
  CHECK(value("!!int 5") == pipeline::Value(5));
}

TEST_CASE("numbers that 64 bits do not hold are errors") {
  Files files;
  files.write(
      "p.yaml",
      "vars:\n  a: 9223372036854775808\n  b: 1e400\n  c: 0x10000000000000000\n  d: !!int x\n"
      "stages: {s: {use: x}}\n");
  CHECK(
      files.errors() ==
      "p.yaml:2:6: error: the integer 9223372036854775808 does not fit 64 bits (at most "
      "9223372036854775807); quote it if it is a text\n"
      "    2 |   a: 9223372036854775808\n"
      "      |      ^\n"
      "p.yaml:3:6: error: the number 1e400 is beyond the range of a 64-bit real; write .inf, 0, or "
      "quote it if it is a text\n"
      "    3 |   b: 1e400\n"
      "      |      ^\n"
      "p.yaml:4:6: error: the integer 0x10000000000000000 does not fit 64 bits (at most "
      "9223372036854775807); quote it if it is a text\n"
      "    4 |   c: 0x10000000000000000\n"
      "      |      ^\n"
      "p.yaml:5:6: error: the tag 'tag:yaml.org,2002:int' does not fit the string 'x'; tags are "
      "!!str, !!int, !!float, !!bool and !!null\n"
      "    5 |   d: !!int x\n"
      "      |      ^");
}
