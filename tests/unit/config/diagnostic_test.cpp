#include <catch2/catch.hpp>

#include "files.h"

using pipeline::config::Diagnostic;
using pipeline::config::Errors;
using pipeline::config::format;
using pipeline::config::Source;

namespace {

std::shared_ptr<const Source> source(std::string text, bool is_argument = false) {
  return std::make_shared<Source>(
      Source{is_argument ? "command line" : "a.yaml", std::move(text), "/", is_argument});
}

std::string told_at(std::shared_ptr<const Source> source, int line, int column,
                    std::string message = "no") {
  return format(Diagnostic{{std::move(source), line, column}, std::move(message)});
}

}  // namespace

TEST_CASE("a message shows the place, the line and a caret") {
  CHECK(told_at(source("one\n  two: 2\n"), 2, 3) ==
        "a.yaml:2:3: error: no\n    2 |   two: 2\n      |   ^");
  CHECK(told_at(source(std::string(1233, '\n') + "x"), 1234, 1) ==
        "a.yaml:1234:1: error: no\n   1234 | x\n        | ^");
}

TEST_CASE("columns count characters, and tabs and control characters take one") {
  CHECK(told_at(source("é\tü\x01: x"), 1, 7) ==
        "a.yaml:1:7: error: no\n    1 | é ü : x\n      |       ^");
}

TEST_CASE("a caret stands under wide characters and behind combining ones") {
  CHECK(told_at(source("大e\xCC\x81: x"), 1, 6) ==
        "a.yaml:1:6: error: no\n    1 | 大e\xCC\x81: x\n      |      ^");
  std::string line;
  for (int i = 0; i < 100; ++i) line += "大";
  std::string shown;
  for (int i = 0; i < 50; ++i) shown += "大";
  CHECK(told_at(source(line), 1, 1) == "a.yaml:1:1: error: no\n    1 | " + shown + "…\n      | ^");
}

TEST_CASE("nothing in a message moves a terminal or passes for another message") {
  auto named = std::make_shared<Source>(Source{"a\033[31m.yaml", "x: \xE2\x80\xAEy", "/"});
  CHECK(told_at(named, 1, 4, "'\033[2J\nb.yaml:1:1: error: forged'") ==
        "a\\x1b[31m.yaml:1:4: error: '\\x1b[2J\\nb.yaml:1:1: error: forged'\n    1 | x:  y\n"
        "      |    ^");
}

TEST_CASE("a source that may not be quoted shows its place alone") {
  auto secret = std::make_shared<Source>(Source{"../secret", "password\n", "/"});
  secret->quotable = false;
  CHECK(told_at(secret, 1, 1) == "../secret:1:1: error: no");
}

TEST_CASE("a long line is cut around the caret") {
  const std::string line = std::string(100, 'a') + "X" + std::string(100, 'b');
  CHECK(told_at(source(line), 1, 101) == "a.yaml:1:101: error: no\n    1 | …" +
                                             std::string(70, 'a') + "X" + std::string(29, 'b') +
                                             "…\n      | " + std::string(71, ' ') + "^");
  CHECK(told_at(source(line), 1, 1) ==
        "a.yaml:1:1: error: no\n    1 | " + std::string(100, 'a') + "…\n      | ^");
  CHECK(told_at(source(line), 1, 202) == "a.yaml:1:202: error: no\n    1 | …" +
                                             std::string(100, 'b') + "\n      | " +
                                             std::string(101, ' ') + "^");
}

TEST_CASE("a position beyond the text, or none at all, is still a message") {
  CHECK(told_at(source("a"), 5, 9) == "a.yaml:5:9: error: no\n    5 |\n      | ^");
  CHECK(told_at(source("a"), 0, 0) == "a.yaml: error: no");
  CHECK(told_at(nullptr, 0, 0) == "error: no");
}

TEST_CASE("errors come by file, line and column, each once, and arguments last as given") {
  const auto file = source("a\nb\n");
  const auto z = source("z=1", true), a = source("a=1", true);
  const Errors errors({{{z, 1, 1}, "z"},
                       {{file, 2, 1}, "second"},
                       {{a, 1, 1}, "a"},
                       {{file, 1, 1}, "first"},
                       {{file, 2, 1}, "second"}});
  std::vector<std::string> messages;
  for (const Diagnostic& diagnostic : errors.diagnostics()) messages.push_back(diagnostic.message);
  CHECK(messages == std::vector<std::string>{"first", "second", "z", "a"});
  CHECK(std::string(errors.what()).find("command line: error: z\n      | z=1\n      | ^\n") !=
        std::string::npos);
}

TEST_CASE("a flood of errors is shown in part") {
  const auto file = source(std::string(99, '\n'));
  std::vector<Diagnostic> many;
  for (int i = 1; i <= 60; ++i) many.push_back({{file, i, 1}, "no"});
  const Errors errors(many);
  CHECK(errors.diagnostics().size() == 60);
  const std::string text = errors.what();
  CHECK(text.find("a.yaml:50:1:") != std::string::npos);
  CHECK(text.find("a.yaml:51:1:") == std::string::npos);
  CHECK(text.substr(text.size() - 23) == "\n… and 10 more errors");
}
