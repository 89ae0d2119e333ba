#include "run/printed_lines.h"

#include <catch2/catch.hpp>
#include <vector>

using pipeline::run::PrintedLines;

namespace {

/// The lines of a text that comes in pieces of so many bytes.
std::vector<std::string> lines_of(const std::string& text, std::size_t piece) {
  PrintedLines lines;
  std::vector<std::string> found;
  const auto sink = [&](const std::string& line) { found.push_back(line); };
  for (std::size_t at = 0; at < text.size(); at += piece)
    lines.add(std::string_view(text).substr(at, piece), sink);
  lines.end(sink);
  return found;
}

}  // namespace

TEST_CASE("Printed bytes become readable lines, however they come in pieces") {
  const std::size_t piece = GENERATE(1, 2, 3, 7, 1000);
  using Lines = std::vector<std::string>;
  CHECK(lines_of("", piece).empty());
  CHECK(lines_of("one\ntwo\n", piece) == Lines{"one", "two"});
  CHECK(lines_of("one\n\nno end", piece) == Lines{"one", "", "no end"});
  CHECK(lines_of("a\ttab, ü, ∞\n", piece) == Lines{"a\ttab, ü, ∞"});
  CHECK(lines_of("\033[31mred\033[0m\x7f\n", piece) == Lines{"\\x1b[31mred\\x1b[0m\\x7f"});
  CHECK(lines_of("\xC2\x9B 2J \xE2\x80\xAE\n", piece) == Lines{"\\u009b 2J \\u202e"});
  CHECK(lines_of(std::string("\0\xff\xc3\n\x80", 5), piece) == Lines{"\\x00\\xff\\xc3", "\\x80"});
}

TEST_CASE("A carriage return begins a line anew, before a line feed it is a part of its end") {
  const std::size_t piece = GENERATE(1, 1000);
  using Lines = std::vector<std::string>;
  CHECK(lines_of("10 %\r20 %\r100 %\ndone\n", piece) == Lines{"100 %", "done"});
  CHECK(lines_of("one\r\ntwo\r\r\n", piece) == Lines{"one", "two"});
  CHECK(lines_of("50 %\r", piece) == Lines{"50 %"});
}

TEST_CASE("Of a line without an end the beginning is kept") {
  const std::size_t piece = GENERATE(4096, 5000);
  const auto lines = lines_of(std::string(1'000'000, 'x') + "\nnext", piece);
  REQUIRE(lines.size() == 2);
  CHECK(lines[0] == std::string(4096, 'x') + "… (995904 bytes more)");
  CHECK(lines[1] == "next");
  const std::string wide = std::string(4095, 'x') + "∞";
  CHECK(lines_of(wide + "∞", piece)[0] == wide + "… (3 bytes more)");
}
