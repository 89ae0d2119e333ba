#include <catch2/catch.hpp>

#include "pipeline/printable.h"
#include "pipeline/value.h"

using namespace pipeline;

TEST_CASE("What a terminal takes for a command is shown as text") {
  CHECK(printable("\033]0;title\a\033[31mred") == "\\x1b]0;title\\x07\\x1b[31mred");
  CHECK(printable("one\ntwo\r\tthree\x7f") == "one\\ntwo\\r\\tthree\\x7f");
  CHECK(printable(std::string_view("a\0b", 3)) == "a\\x00b");
  CHECK(printable("\xC2\x9B"
                  "31m") == "\\u009b31m");  // CSI in one character
  CHECK(printable("a\xE2\x80\xAE"
                  "b\xE2\x81\xA6"
                  "c") == "a\\u202eb\\u2066c");  // turns the text
  CHECK(printable("a\xE2\x80\xA8"
                  "b") == "a\\u2028b");  // a line separator
}

TEST_CASE("Letters of all scripts stay, bytes that are none are shown") {
  CHECK(printable("Größe 大きさ 😀 e\xCC\x81") == "Größe 大きさ 😀 e\xCC\x81");
  CHECK(printable("\xFFgr\xC3") == "\\xffgr\\xc3");
  CHECK(printable("\xED\xA0\x80") == "\\xed\\xa0\\x80");  // half of a surrogate pair
  CHECK(printable("a\\x1b") == "a\\x1b");
}

TEST_CASE("Line feeds and tabs stay in a text of several lines") {
  CHECK(printable_lines("it said:\n\t\033[1mno\r\n") == "it said:\n\t\\x1b[1mno\\r\n");
}

TEST_CASE("JSON for a terminal is JSON of the same value") {
  const Value value = Value::Map{{"na\xC2\x9Bme\x7f", "\033[2J \xE2\x80\xAE \\x7f \n ü"}};
  for (const int indent : {-1, 2}) {
    const std::string shown = printable_json(value.to_json(indent));
    CHECK(Value::parse_json(shown) == value);
    CHECK(shown.find_first_of("\x7f\033\xC2\xE2") == std::string::npos);
  }
}

TEST_CASE("A text takes the columns that its characters are wide") {
  CHECK(columns_of("abc") == 3);
  CHECK(columns_of("größe…█") == 7);
  CHECK(columns_of("大きさ") == 6);
  CHECK(columns_of("e\xCC\x81") == 1);  // e and a combining accent
}

TEST_CASE("A text is cut between characters, by its columns") {
  CHECK(shortened("abc", 3) == "abc");
  CHECK(shortened("abcd", 3) == "abc…");
  CHECK(shortened("äöü", 2) == "äö…");
  CHECK(shortened("大きさ", 5) == "大き…");
  CHECK(beginning_of("ae\xCC\x81z", 2) == "ae\xCC\x81");
  CHECK(beginning_of("大", 1) == "");
}
