#include <filesystem>
#include <fstream>
#include <iterator>

#include "yaml_events.h"

namespace fs = std::filesystem;

TEST_CASE("what pipeline files mostly consist of is read, and as yaml-cpp reads it") {
  for (const char* text :
       {"stages:\n  a: {use: x, in: {p: b.y}, with: {rate: 1e-3, names: [a, 'b c', \"d\"]}}\n",
        "# note\n\nvars:\n  a: 1  # more\n  b: ${a}\n\n  c: run-${a}-$${b}\nstages:\n  s:\n    "
        "use: x\n",
        "description: Two  words, a comma, it's [odd] {and} more\na: {b: c}\n",
        "list:\n- a\n- b: 1\n  c: 2\n-\n  - d\n  - - e\n    - f\nafter: ~\n",
        "list:\n  - [a, [b]]\n  -   {c: d}\n",
        "{\"stages\": {\n  \"a\": {\"use\": \"x\"},  # JSON\n  \"b\": [1, -2.5, true, null]\n}}\n",
        "größe: '…'\nurl: http://x/y\n\"quoted key\": \"\"\n", "a: .5\nb: -1\nc: ./data/x.csv\n",
        "  a: 1\n  b: 2\n", "a: 'null'\nb: \"~\"\nc: Null\nd: nULL\n"}) {
    INFO(text);
    CHECK(is_read_alike(text));
  }
}

TEST_CASE("all else is left to yaml-cpp") {
  for (const char* text : {"",
                           "# nothing\n",
                           "text",
                           "a",
                           "a:\n",
                           "a: &x 1\n",
                           "a: *x\n",
                           "a: !!str 1\n",
                           "? a\n: b\n",
                           "a: |\n  text\n",
                           "a: >-\n  text\n",
                           "a: two\n  lines\n",
                           "a: 'two\n  lines'\n",
                           "a: \"\\n\"\n",
                           "a: 'it''s'\n",
                           "\xEF\xBB\xBF"
                           "a: 1\n",
                           "a: 'b'# c\n",
                           "a: [b]# c\n",
                           "a: [b,# c\n  d]\n",
                           "--- \na: 1\n",
                           "---\n",
                           "a: 1\n...\n",
                           "a: 1\n---\nb: 2\n",
                           "%YAML 1.2\n---\na: 1\n",
                           "\ta: 1\n",
                           "a:\n\tb: 1\n",
                           "a: 1\n b: 2\n",
                           " a: 1\nb: 2\n",
                           "a: b: c\n",
                           "a: [1, 2\n",
                           "a: {b: 1\n",
                           "a: {b}\n",
                           "a: [b: 1]\n",
                           "a: [,]\n",
                           "a: {b:1}\n",
                           "a: [1] 2\n",
                           "a: 'b' c\n",
                           "a: - b\n",
                           "- a\nb: 1\n",
                           "a: 1\n- b\n",
                           "a: @b\n",
                           "a: `b`\n",
                           "a: %b\n",
                           "a : 1\n",
                           "a: {b: [1}]\n",
                           "a: 1\n\xEF\xBB\xBF: 2 3: \n"}) {
    INFO(text);
    CHECK_FALSE(is_read_alike(text));
  }
}

TEST_CASE("a long key is left to yaml-cpp, which takes none beyond 1024 bytes") {
  CHECK(is_read_alike(std::string(900, 'k') + ": 1\n"));
  CHECK_FALSE(is_read_alike(std::string(1030, 'k') + ": 1\n"));
  CHECK_FALSE(is_read_alike("{" + std::string(1030, 'k') + ": 1}\n"));
}

TEST_CASE("values nested without end are left to yaml-cpp, which has a bound") {
  const std::string open(100'000, '[');
  CHECK_FALSE(is_read_alike(open));
  std::string deeper;
  for (int i = 0; i < 1000; ++i) deeper += std::string(std::size_t(i), ' ') + "a:\n";
  CHECK_FALSE(is_read_alike(deeper));
}

TEST_CASE("the repository's own files are read as yaml-cpp does or left to it") {
  int files = 0, read = 0;
  for (const char* folder : {"pipelines", "plugins", "tests"})
    for (const fs::directory_entry& entry :
         fs::recursive_directory_iterator(fs::path(PIPELINE_SOURCE_DIR) / folder)) {
      if (entry.path().extension() != ".yaml") continue;
      std::ifstream stream(entry.path(), std::ios::binary);
      ++files;
      read += is_read_alike({std::istreambuf_iterator<char>(stream), {}});
    }
  CHECK(files > 30);
  CHECK(read > files / 2);
}
