#include <catch2/catch.hpp>
#include <cstdlib>

#include "pipeline/testing.h"

using namespace pipeline;

namespace {

class Depends : public Component {
 public:
  static constexpr const char* kKind = "depends";
  void declare(Declaration& d) override {
    d.param("path", path, "a file").name_counts();
    d.environment("SDK_TESTS_VARIABLE", variable, "a word");
    d.file(path ? path->file.string() + ".json" : "", "the labels beside it");
    d.folder("/somewhere", "a folder");
    d.cached(Caching::this_machine, "it asks the processor");
  }
  std::optional<Path> path;
  std::optional<std::string> variable;
};

class Twice : public Component {
 public:
  static constexpr const char* kKind = "depends";
  void declare(Declaration& d) override {
    d.param("a", a, "a number");
    d.param("a", b, "another");
  }
  int a = 0, b = 0;
};

Dependencies dependencies_of(Component& component) {
  Declaration d;
  component.declare(d);
  return d.dependencies();
}

}  // namespace

PIPELINE_COMPONENT("depends", Depends);

TEST_CASE("A declared environment variable is read into its member, set or not") {
  Depends component;
  setenv("SDK_TESTS_VARIABLE", "word", 1);
  CHECK(dependencies_of(component).environment.at("SDK_TESTS_VARIABLE").value == "word");
  CHECK(component.variable == "word");
  setenv("SDK_TESTS_VARIABLE", "", 1);
  dependencies_of(component);
  CHECK(component.variable == "");
  unsetenv("SDK_TESTS_VARIABLE");
  CHECK_FALSE(dependencies_of(component).environment.at("SDK_TESTS_VARIABLE").value);
  CHECK_FALSE(component.variable);
}

TEST_CASE("Which files a component depends on follows from its parameters") {
  Depends component;
  CHECK_FALSE(dependencies_of(component).files.count("the labels beside it"));
  component.path = Path{"/data/x.idx"};
  const Dependencies found = dependencies_of(component);
  CHECK(found.files.at("the labels beside it").at(0).path == "/data/x.idx.json");
  CHECK(found.files.at("a folder").at(0).kind == Dependencies::FileKind::folder);
}

TEST_CASE("Where dependencies come together, each counts once and the stricter caching holds") {
  Depends component;
  component.path = Path{"/a"};
  Dependencies all;
  const Dependencies one = dependencies_of(component);
  CHECK_FALSE(all.covers(one));
  all.add(one);
  CHECK(all.covers(one));
  component.path = Path{"/b"};
  Dependencies other = dependencies_of(component);
  CHECK_FALSE(all.covers(other));
  other.caching = Caching::never;
  other.caching_why = "it asks a server";
  all.add(other);
  all.add(one);
  CHECK(all.files.at("the labels beside it").size() == 2);
  CHECK(all.files.at("a folder").size() == 1);
  CHECK(all.caching == Caching::never);
  CHECK(all.caching_why == "it asks a server");
}

TEST_CASE("A path's name is rendered where a parameter says that it counts") {
  Depends component;
  component.path = Path{"/data/x.idx"};
  const auto key = [](const std::filesystem::path&) { return Value(Value::Map{{"content", "c"}}); };
  CHECK(parameters_of(component, key).to_json() == R"({"path":{"content":"c","name":"x.idx"}})");
  CHECK(parameters_of(component).to_json() == R"({"path":"/data/x.idx"})");
}

TEST_CASE("Two parameters of one name are an error of their author") {
  Twice component;
  Declaration d;
  CHECK_THROWS_WITH(component.declare(d), "parameter 'a' is declared twice; give one another name");
}
