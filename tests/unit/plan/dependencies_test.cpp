// What a result depends on besides parameters and inputs: it is in the key, and `why` says it.
#include <dlfcn.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "cache/digest_memory.h"
#include "plan/key.h"
#include "plan/loaded_libraries.h"
#include "plan/machine.h"
#include "plan/plan.h"
#include "unit/plan/checked.h"

using namespace pipeline;
using namespace pipeline::plan;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
namespace fs = std::filesystem;

namespace {

/// One stage 's' in a folder with a cache.
struct OneStage {
  explicit OneStage(std::string text) : stage("  s: {use: " + std::move(text) + "}\n") {}
  TempFolder folder;
  cache::Store store{folder / "cache"};
  std::string stage;

  KeyParts parts() {
    const CheckedPipeline pipeline = checked(folder, stage);
    return key_parts(pipeline.stages[0], {}, store);
  }
  /// What changed since, in words.
  std::vector<std::string> since(const KeyParts& before) {
    return differences(before.value, parts().value);
  }
};

using Lines = std::vector<std::string>;

ReadDigest reading() {
  return [](const fs::path& file) { return cache::read_file_digest(file); };
}

class Variable {
 public:
  explicit Variable(const char* value) { set(value); }
  ~Variable() { unsetenv("TOY_WORD"); }
  void set(const char* value) { value ? setenv("TOY_WORD", value, 1) : unsetenv("TOY_WORD"); }
};

}  // namespace

TEST_CASE("A declared environment variable's value, or its absence, is in the key") {
  OneStage one("toy.reads, with: {path: data}");
  write_file(one.folder / "data", "x");
  Variable word(nullptr);
  const KeyParts unset = one.parts();
  CHECK(one.since(unset).empty());
  word.set("a");
  CHECK(one.since(unset) == Lines{R"(environment variable TOY_WORD: not set -> "a")"});
  const KeyParts set = one.parts();
  word.set("");
  CHECK(one.since(set) == Lines{R"(environment variable TOY_WORD: "a" -> "")"});
  CHECK(key_of(one.parts().value) != key_of(unset.value));
}

TEST_CASE("So is that of a component among the parameters") {
  OneStage one("toy.says, with: {word: toy.word}");
  Variable word("a");
  const KeyParts before = one.parts();
  word.set("b");
  CHECK(one.since(before) == Lines{R"(environment variable TOY_WORD: "a" -> "b")"});
}

TEST_CASE("A file beside a declared one is in the key, also while it is not there") {
  OneStage one("toy.reads, with: {path: data}");
  write_file(one.folder / "data", "x");
  const KeyParts none = one.parts();
  write_file(one.folder / "data.labels", "1");
  CHECK(one.since(none) == Lines{"the labels beside the file: null -> a file"});
  const KeyParts first = one.parts();
  write_file(one.folder / "data.labels", "2");
  CHECK(one.since(first) == Lines{"the labels beside the file: the file's content changed"});
  // Wherever the two lie.
  OneStage other("toy.reads, with: {path: else}");
  write_file(other.folder / "else", "x");
  write_file(other.folder / "else.labels", "1");
  CHECK(other.since(first).empty());
  fs::remove(other.folder / "else.labels");
  fs::create_directory(other.folder / "else.labels");
  CHECK_THROWS_WITH(other.parts(), Catch::Contains("expected a file, found a folder"));
}

TEST_CASE("A declared folder counts by the names and contents of its files") {
  OneStage one("toy.reads, with: {path: data, folder: more}");
  write_file(one.folder / "data", "x");
  const KeyParts none = one.parts();
  fs::create_directories(one.folder / "more/deep");
  write_file(one.folder / "more/a", "1");
  CHECK(one.since(none).size() == 1);
  const KeyParts first = one.parts();
  write_file(one.folder / "more/a", "2");
  CHECK(one.since(first) == Lines{"the folder beside the file.a: the file's content changed"});
  write_file(one.folder / "more/a", "1");
  write_file(one.folder / "more/deep/b", "1");
  CHECK(one.since(first).empty());
  write_file(one.folder / "more/b", "1");
  CHECK(one.since(first) == Lines{"the folder beside the file.b: a file is new"});
}

TEST_CASE("All files that a key saw are looked at again") {
  OneStage one("toy.reads, with: {path: data, folder: more}");
  write_file(one.folder / "data", "x");
  fs::create_directories(one.folder / "more/deep");
  write_file(one.folder / "more/a", "1");
  const KeyParts parts = one.parts();
  require_unchanged(parts.files, reading());
  const auto changed = Catch::Contains("was changed while the run was under way; run again");
  write_file(one.folder / "data.labels", "new");
  CHECK_THROWS_WITH(require_unchanged(parts.files, reading()),
                    Catch::Contains("data.labels") && changed);
  fs::remove(one.folder / "data.labels");
  write_file(one.folder / "more/b", "new");
  CHECK_THROWS_WITH(require_unchanged(parts.files, reading()), Catch::Contains("more") && changed);
  fs::remove(one.folder / "more/b");
  write_file(one.folder / "more/a", "2");
  CHECK_THROWS_WITH(require_unchanged(parts.files, reading()),
                    Catch::Contains("more/a") && changed);
  fs::remove(one.folder / "more/a");
  CHECK_THROWS_WITH(require_unchanged(parts.files, reading()), changed);
}

TEST_CASE("A path's extension is in the key, its name where the component says so") {
  OneStage one("toy.read, with: {path: a.txt}");
  for (const char* name : {"a.txt", "b.txt", "a.gz", "a"}) write_file(one.folder / name, "x");
  const auto with = [&](const std::string& use, const std::string& file) {
    one.stage = "  s: {use: " + use + ", with: {path: " + file + "}}\n";
  };
  const KeyParts text = one.parts();
  with("toy.read", "b.txt");
  CHECK(one.since(text).empty());
  with("toy.read", "a.gz");
  CHECK(one.since(text) == Lines{R"(with.path: the file's extension: ".txt" -> ".gz")"});
  with("toy.read", "a");
  CHECK(one.since(text) == Lines{R"(with.path: the file's extension: ".txt" -> null)"});
  with("toy.named", "a.txt");
  const KeyParts named = one.parts();
  with("toy.named", "b.txt");
  CHECK(one.since(named) == Lines{R"(with.path: the file's name: "a.txt" -> "b.txt")"});
}

TEST_CASE("A result for one machine alone has the machine in its key") {
  OneStage one("toy.draws, with: {cached: this_machine}");
  const KeyParts here = one.parts();
  CHECK(here.value.at("machine") == machine_identity());
  KeyParts elsewhere = here;
  elsewhere.value.map()["machine"].map()["processor"] = "another";
  CHECK(one.since(elsewhere) == Lines{"it is cached for one machine alone, and this is another"});
}

TEST_CASE("What is never cached is planned to run, whatever is stored, and says why") {
  const TempFolder folder;
  cache::Store store(folder / "cache");
  const CheckedPipeline pipeline = checked(folder,
                                           "  d: {use: toy.draws}\n"
                                           "  r: {use: toy.round, in: {x: d}}\n");
  CHECK(pipeline.stages[0].dependencies.caching == Caching::never);
  cache::Record record;
  record.key = key_of(key_parts(pipeline.stages[0], {}, store).value);
  store.save(record, {{"x", {"array", {}, {{"", Array::of<float>({1})}}}}});
  const auto plans = make_plan(pipeline, store);
  CHECK(plans[0].decision == Decision::run);
  CHECK(plans[0].reasons == Lines{"runs every time: it asks the world"});
  CHECK(plans[1].reasons == Lines{"depends on what d will give"});
}

TEST_CASE("A library that is loaded at run time is in the key where it is declared") {
  const fs::path answer = fs::canonical(testing::test_plugin("answer") / "answer.so");
  OneStage one("toy.loads, with: {library: " + answer.string() + "}");
  const KeyParts parts = one.parts();
  CHECK(parts.value.at("files").at("the library that answers").has("content"));
  const LoadedLibraries before;
  void* library = dlopen(answer.c_str(), RTLD_NOW | RTLD_LOCAL);
  REQUIRE(library);
  CHECK(before.unknown_since({}) == std::vector<fs::path>{answer});
  CHECK(before.unknown_since(parts.files).empty());
  CHECK(LoadedLibraries().unknown_since({}).empty());
  dlclose(library);
}
