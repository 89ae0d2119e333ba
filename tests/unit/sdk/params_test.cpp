#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>

#include "pipeline/testing.h"

using namespace pipeline;

namespace {

class Shape2d : public Component {
 public:
  static constexpr const char* kKind = "shape";
};

class Box : public Shape2d {
 public:
  void declare(Declaration& d) override {
    d.param("width", width_, "its width").above(0);
    d.param("color", color_, "its color").choices({"red", "green"});
  }
  double width_ = 1;
  std::string color_ = "red";
};

class Scene : public Component {
 public:
  static constexpr const char* kKind = "scene";
  void declare(Declaration& d) override {
    d.param("count", count_, "how many").range(1, 10);
    d.param("small", small_, "a small number");
    d.param("scale", scale_, "a factor");
    d.param("deep", deep_, "on or off");
    d.param("name", name_, "its name");
    d.param("limit", limit_, "at most so many").at_least(0);
    d.param("sizes", sizes_, "two sizes").items(2, 2).at_least(1);
    d.param("shapes", shapes_, "what is in it");
    d.param("file", file_, "a file");
    d.param("main", main_, "what stands in front");
  }
  int count_ = 3;
  std::uint8_t small_ = 0;
  float scale_ = 0.5f;
  bool deep_ = false;
  std::string name_ = "scene";
  std::optional<int> limit_;
  std::vector<int> sizes_ = {1, 2};
  std::vector<std::unique_ptr<Shape2d>> shapes_;
  std::optional<Path> file_;
  std::unique_ptr<Shape2d> main_;
};

class Needy : public Component {
 public:
  static constexpr const char* kKind = "scene";
  void declare(Declaration& d) override { d.param("rate", rate_, "the rate of it").required(); }
  double rate_ = 0;
};

}  // namespace

PIPELINE_COMPONENT("box", Box);
PIPELINE_COMPONENT("scene", Scene);
PIPELINE_COMPONENT("needy", Needy);

namespace {

std::vector<std::string> problems(const char* id, const Value& params) {
  testing::Components components;
  std::vector<Issue> issues;
  auto component = static_cast<ComponentFactory&>(components).make("scene", id);
  assign_parameters(*component, params,
                    Assign(
                        components, [](const auto&) { return "/"; }, issues));
  std::vector<std::string> texts;
  for (const Issue& issue : issues) {
    std::string path;
    for (const std::string& step : issue.path) path += "/" + step;
    texts.push_back(path + ": " + issue.message);
  }
  return texts;
}

std::string problem(const Value& params) {
  const auto all = problems("scene", params);
  REQUIRE(all.size() == 1);
  return all[0];
}

class Rates : public Component {
 public:
  static constexpr const char* kKind = "scene";
  void declare(Declaration& d) override {
    d.param("share", share_, "a share").at_least(0).below(1).as_float();
    d.param("tenth", tenth_, "at most a tenth").at_most(0.1).as_float();
    d.param("list", list_, "numbers").as_float();
    d.param("single", single_, "a float");
    d.param("wide", wide_, "a double").below(1);
  }
  double share_ = 0, tenth_ = 0, wide_ = 0;
  std::vector<double> list_;
  float single_ = 0;
};

}  // namespace

TEST_CASE("Parameters are set, and read back with defaults filled in") {
  testing::Components components;
  auto scene =
      static_cast<ComponentFactory&>(components)
          .make("scene", "scene",
                Value::Map{
                    {"count", 5},
                    {"scale", 2},
                    {"shapes", Value::List{"box", Value::Map{{"box", Value::Map{{"width", 4}}}}}}});
  CHECK(
      parameters_of(*scene).to_json() ==
      R"({"count":5,"deep":false,"file":null,"limit":null,"main":null,"name":"scene","scale":2.0,)"
      R"("shapes":[{"box":{"color":"red","width":1.0}},{"box":{"color":"red","width":4.0}}],"sizes":[1,2],"small":0})");
}

TEST_CASE("A float is written as its shortest text, and read back as the same float") {
  testing::Components components;
  for (const auto& [given, text] : std::vector<std::pair<double, std::string>>{
           {0.1, "0.1"}, {0.001, "0.001"}, {1.0 / 3, "0.33333334"}, {3.4e38, "3.4e+38"}}) {
    auto scene = static_cast<ComponentFactory&>(components)
                     .make("scene", "scene", Value::Map{{"scale", given}});
    CHECK(parameters_of(*scene).at("scale").to_json() == text);
  }
  std::uint32_t bits = 1;
  for (int i = 0; i < 100000; ++i) {
    bits = bits * 1664525u + 1013904223u;
    const float x = std::bit_cast<float>(bits);
    if (std::isfinite(x) && float(shortest(x)) != x) FAIL(bits);
  }
}

TEST_CASE("Every mistake in parameters says what was found and expected") {
  CHECK(problem(Value::Map{{"cuont", 1}}) ==
        "/cuont: scene has no parameter 'cuont'; did you mean 'count'?");
  CHECK(problem(Value::Map{{"count", 0}}) ==
        "/count: parameter 'count' must be at least 1 and at most 10, got 0");
  CHECK(problem(Value::Map{{"count", 1.5}}) ==
        "/count: parameter 'count' must be an integer, got the number 1.5");
  CHECK(problem(Value::Map{{"count", "3"}}) ==
        "/count: parameter 'count' must be an integer, got the string '3'");
  CHECK(problem(Value::Map{{"small", 256}}) ==
        "/small: parameter 'small' must be at least 0 and at most 255, got 256");
  CHECK(problem(Value::Map{{"scale", std::numeric_limits<double>::infinity()}}) ==
        "/scale: parameter 'scale' must be finite, got inf");
  CHECK(problem(Value::Map{{"scale", 1e39}}) ==
        "/scale: parameter 'scale' must be a number that single precision holds (at most 3.4e38), "
        "got the number 1e+39");
  CHECK(problem(Value::Map{{"count", 0.5}}) ==
        "/count: parameter 'count' must be an integer, got the number 0.5");
  CHECK(problem(Value::Map{{"sizes", Value::List{0.5, 1}}}) ==
        "/sizes/0: item 1 of 'sizes' must be an integer, got the number 0.5");
  CHECK(problem(Value::Map{{"deep", "yes"}}) ==
        "/deep: parameter 'deep' must be true or false, got the string 'yes'");
  CHECK(problem(Value::Map{{"name", 7}}) ==
        "/name: parameter 'name' must be a string (write it in quotes), got the integer 7");
  CHECK(problem(Value::Map{{"limit", -1}}) ==
        "/limit: parameter 'limit' must be at least 0, got -1");
  CHECK(problem(Value::Map{{"sizes", Value::List{1}}}) ==
        "/sizes: parameter 'sizes' must have 2 items, got 1");
  CHECK(problem(Value::Map{{"sizes", Value::List{1, 0}}}) ==
        "/sizes/1: item 2 of 'sizes' must be at least 1, got 0");
  CHECK(problem(Value::Map{{"shapes", Value::List{"bxo"}}}) ==
        "/shapes/0: there is no shape 'bxo'; did you mean 'box'?");
  CHECK(problem(Value::Map{
            {"shapes", Value::List{Value::Map{{"box", Value::Map{{"color", "blue"}}}}}}}) ==
        "/shapes/0/box/color: parameter 'color' must be one of red, green, got 'blue'");
  CHECK(problem(Value::Map{{"file", "no/such"}}) ==
        "/file: parameter 'file' must be a file, got '/no/such': no such file");
  CHECK(problem(Value::Map{{"file", "/"}}) ==
        "/file: parameter 'file' must be a file, got '/': a folder, not a file");
  CHECK(problem(Value::Map{{"file", "/dev/null"}}) ==
        "/file: parameter 'file' must be a file, got '/dev/null': a device or pipe, not a file");
  CHECK(problems("needy", Value()) ==
        std::vector<std::string>{": needy needs the parameter 'rate': the rate of it"});
}

TEST_CASE("All mistakes come at once") {
  CHECK(problems("scene", Value::Map{{"count", "a"}, {"deep", 1}, {"what", 2}}).size() == 3);
}

TEST_CASE("The schema is made of the declaration") {
  Scene scene;
  Declaration d;
  scene.declare(d);
  CHECK(d.params()[0]->schema().to_json() ==
        R"({"description":"how many","maximum":10.0,"minimum":1.0,"type":"integer"})");
  CHECK(
      d.params()[6]->schema().to_json() ==
      R"({"description":"two sizes","items":{"minimum":1.0,"type":"integer"},"maxItems":2,"minItems":2,"type":"array"})");
}

TEST_CASE("A number that single precision does not hold as meant is refused where it is used so") {
  testing::Components none;
  const auto complaint = [&](const char* name, const Value& value) {
    Rates rates;
    std::vector<Issue> issues;
    assign_parameters(rates, Value::Map{{name, value}}, Assign(none, {}, issues));
    return issues.empty() ? std::string() : issues[0].message;
  };
  CHECK(complaint("share", 0.99999999) ==
        "parameter 'share' must be at least 0 and below 1 and a number that single precision holds "
        "(0, or 1.2e-38 to 3.4e38 in size), got 0.99999999, which is 1 there");
  CHECK(complaint("share", 1e-50) != "");
  CHECK(complaint("share", 1e-40) != "");  // a few bits are left
  CHECK(complaint("tenth", -1e39) != "");
  CHECK(complaint("list", Value::List{0.5, 1e-50}) != "");
  CHECK(complaint("single", 1e-50) != "");
  // Held; the float next to 0.1 is larger than 0.1.
  for (const char* name : {"share", "tenth", "single"})
    for (double x : {0.0, 0.1, 1.2e-38}) CHECK(complaint(name, x) == "");
  CHECK(complaint("share", 0.9999999) == "");
  CHECK(complaint("list", Value::List{-3e38, 16777217}) == "");
  for (double x : {0.99999999, 1e-50}) CHECK(complaint("wide", x) == "");
}

TEST_CASE("A default of null can be written out, of whatever type") {
  testing::Components components;
  for (const char* name : {"main", "limit", "file"})
    CHECK(testing::message_of([&] { components.make<Scene>("scene", {{name, nullptr}}); }) == "");
  CHECK(testing::message_of([&] { components.make<Scene>("scene", {{"shapes", nullptr}}); }) != "");
  CHECK(testing::message_of([&] { components.make<Needy>("needy", {{"rate", nullptr}}); }) != "");
  Scene scene;
  Declaration declaration;
  scene.declare(declaration);
  for (const auto& param : declaration.params())
    if (param->info().name == "main")
      CHECK(
          param->schema().to_json() ==
          R"({"anyOf":[{"component":"shape"},{"type":"null"}],"description":"what stands in front"})");
}

TEST_CASE("One count of a stage is extendable, and is at least 1") {
  int epochs = 1, steps = 1;
  Declaration d;
  d.param("epochs", epochs, "how often");
  CHECK(d.extendable() == nullptr);
  d.param("steps", steps, "how many").at_most(9).extendable();
  CHECK(d.extendable() == d.params()[1].get());
  CHECK(d.extendable()->info().min == 1.0);
  std::int64_t rounds = 1;
  d.param("rounds", rounds, "of how much").at_least(250).extendable();
  CHECK(d.params()[2]->info().min == 250.0);
  CHECK_THROWS_WITH(
      d.extendable(),
      Catch::StartsWith("parameters 'steps' and 'rounds' are both declared extendable"));
}
