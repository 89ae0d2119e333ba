#include <catch2/catch.hpp>

#include "files.h"

namespace {

std::string vars(const std::string& yaml) {
  Files files;
  files.write("p.yaml", yaml + "\nstages: {s: {use: x}}\n");
  return files.load().vars.to_json();
}

// The first error of a file with this text.
std::string error(const std::string& text) {
  Files files;
  files.write("p.yaml", text);
  const std::string all = files.errors();
  return all.substr(0, all.find('\n'));
}

}  // namespace

TEST_CASE("anchors and aliases share values") {
  CHECK(vars("vars:\n  a: &x {p: 1, q: [2]}\n  b: *x\n  c: [*x]") ==
        R"({"a":{"p":1,"q":[2]},"b":{"p":1,"q":[2]},"c":[{"p":1,"q":[2]}]})");
}

TEST_CASE("of an anchor given twice, the one before the alias counts") {
  CHECK(vars("vars: {a: &x 1, b: *x, c: &x 2, d: *x}") == R"({"a":1,"b":1,"c":2,"d":2})");
}

TEST_CASE("merge keys add what a map lacks, the first source before the others") {
  CHECK(vars("vars:\n  a: &a {p: 1, q: 2}\n  b: &b {q: 3, r: 4}\n"
             "  c: {<<: *a, p: 0}\n  d: {r: 9, <<: [*a, *b]}\n  e: {\"<<\": 1}") ==
        R"({"a":{"p":1,"q":2},"b":{"q":3,"r":4},"c":{"p":0,"q":2},"d":{"p":1,"q":2,"r":9},)"
        R"("e":{"<<":1}})");
}

TEST_CASE("a merged key that the map has does not appear twice") {
  Files files;
  files.write("p.yaml",
              "vars: {a: &a {p: 1}}\nstages: {s: {use: x, with: {<<: [*a, *a], p: 2, q: 3}}}\n");
  CHECK(files.load().stages[0].with.entries.size() == 2);
}

TEST_CASE("a byte order mark and line ends of other systems are read") {
  Files files;
  files.write("p.yaml", "\xEF\xBB\xBFvars: {a: 1}\r\nstages:\r\n  s: {use: x}\r\n");
  CHECK(files.load().vars.to_json() == R"({"a":1})");
  CHECK(place(files.load().stages[0].at) == "p.yaml:3:3");
}

TEST_CASE("`${var}` needs no quotes inside braces") {
  CHECK(vars("vars: {seed: 3, a: {b: ${seed}, c: [${seed}, x${seed}y]}}") ==
        R"({"a":{"b":3,"c":[3,"x3y"]},"seed":3})");
}

TEST_CASE("each mistake in the syntax is named in plain words where it stands") {
  CHECK(error("stages:\n\ta: 1\n") ==
        "p.yaml:2:1: error: a tab in the indentation; YAML indents with spaces only");
  CHECK(error("\tstages: {}\n") ==
        "p.yaml:1:1: error: a tab in the indentation; YAML indents with spaces only");
  CHECK(error("stages:\n  a:\n  \tb\n") ==
        "p.yaml:3:3: error: a tab in the indentation; YAML indents with spaces only");
  CHECK(error("stages:\n  a: {use: x\n  b: {use: y}\n") ==
        "p.yaml:2:6: error: this '{' is not closed; a '}' or a comma is missing");
  CHECK(error("stages:\n  a: [1, 2\nb: 3\n") ==
        "p.yaml:2:6: error: this '[' is not closed; a ']' or a comma is missing");
  CHECK(error("stages: {a: 1}}\n") == "p.yaml:1:15: error: this bracket closes nothing");
  CHECK(error("stages:\n  a: 'x\n") ==
        "p.yaml:2:6: error: this quoted text is not closed; add the other quote");
  CHECK(error("stages:\n  a: !!str \"x\n") ==
        "p.yaml:2:6: error: this quoted text is not closed; add the other quote");
  CHECK(error("description: a: b\n") ==
        "p.yaml:1:15: error: a ':' cannot stand here; check the indentation, and quote a text that "
        "holds ': '");
  CHECK(error("description: 'a' b\n") ==
        "p.yaml:1:18: error: this does not fit the map that began in line 1; the next key would "
        "stand in column 1");
  CHECK(error("stages:\n  a:\n    use: x\n   in: {}\n") ==
        "p.yaml:4:4: error: this does not fit the map that began in line 2; the next key would "
        "stand in column 3");
  CHECK(error("description: @a\n") ==
        "p.yaml:1:14: error: '@' cannot begin a plain text; quote the text");
  CHECK(error("description: \"\\q\"\n") ==
        "p.yaml:1:15: error: unknown escape '\\q' in a double-quoted text; write '\\\\', or use "
        "single quotes");
  CHECK_THAT(error("description: \"\\ä\"\n"),
             Catch::StartsWith("p.yaml:1:15: error: unknown escape '\\ä' in"));
  CHECK(error("vars: {layer: &layer 1, b: *layr}\n") ==
        "p.yaml:1:28: error: there is no anchor '&layr' before this; did you mean 'layer'?");
  CHECK(error("vars: {a: &a [*a]}\n") ==
        "p.yaml:1:15: error: this alias stands inside the value that it names");
  CHECK(error("vars: {a: 1}\n---\nvars: {b: 1}\n") ==
        "p.yaml:2:1: error: this follows the end of the document; a file holds one YAML document");
}

TEST_CASE("keys that a map cannot have are errors") {
  Files files;
  files.write("p.yaml",
              "vars: {a: 1, b: 2, a: 3, [x]: 1, : 4, '${b}': 5}\nvars: {c: 1}\n"
              "stages: {s: {use: x, <<: 5}}\n");
  const std::string found = files.errors();
  CHECK(found ==
        "p.yaml:1:20: error: the key 'a' is given twice; first in line 1\n"
        "    1 | vars: {a: 1, b: 2, a: 3, [x]: 1, : 4, '${b}': 5}\n"
        "      |                    ^\n"
        "p.yaml:1:26: error: a key must be a plain text, got a list of 1 item\n"
        "    1 | vars: {a: 1, b: 2, a: 3, [x]: 1, : 4, '${b}': 5}\n"
        "      |                          ^\n"
        "p.yaml:1:34: error: a key is missing here; write 'key: value'\n"
        "    1 | vars: {a: 1, b: 2, a: 3, [x]: 1, : 4, '${b}': 5}\n"
        "      |                                  ^\n"
        "p.yaml:1:39: error: vars are for values; the key '${b}' has to be written out\n"
        "    1 | vars: {a: 1, b: 2, a: 3, [x]: 1, : 4, '${b}': 5}\n"
        "      |                                       ^\n"
        "p.yaml:2:1: error: the key 'vars' is given twice; first in line 1\n"
        "    2 | vars: {c: 1}\n"
        "      | ^\n"
        "p.yaml:3:26: error: '<<' takes a map or a list of maps, got the integer 5\n"
        "    3 | stages: {s: {use: x, <<: 5}}\n"
        "      |                          ^");
}

TEST_CASE("characters that no text file has are errors") {
  CHECK(error("a: \xFF\n") ==
        "p.yaml:1:4: error: the byte 0xFF is not UTF-8; save the file as UTF-8");
  CHECK(error("é: \xC0\xAF\n") ==
        "p.yaml:1:4: error: the byte 0xC0 is not UTF-8; save the file as UTF-8");
  CHECK(error("a: \xED\xA0\x80\n") ==
        "p.yaml:1:4: error: the byte 0xED is not UTF-8; save the file as UTF-8");
  CHECK(error(std::string("a\n b\0c", 6)) ==
        "p.yaml:2:3: error: the control character 0x00 is not allowed; is this a text file?");
  CHECK(error("a: \xEF\xB7\x90\n") ==
        "p.yaml:1:4: error: a Unicode noncharacter is not allowed here; take it out");
}

TEST_CASE("an empty file and one that is no map are errors") {
  CHECK(error("") ==
        "p.yaml:1:1: error: the file is empty; a pipeline file has a map with the key 'stages'");
  CHECK(error("# nothing\n") ==
        "p.yaml:1:1: error: the file is empty; a pipeline file has a map with the key 'stages'");
  CHECK(
      error("- a\n") ==
      "p.yaml:1:1: error: a pipeline file is a map with keys like 'vars' and 'stages', got a list "
      "of 1 item");
  CHECK(error("vars: {a: 1}\n") ==
        "p.yaml:1:1: error: the pipeline has no stages; name them under 'stages:'");
}
