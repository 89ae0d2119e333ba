#include <cmath>

#include "files.h"

using namespace pipeline;
using namespace pipeline::data;
using testing::StageRun;

namespace {

testing::Components components;

using Floats = std::vector<float>;

std::string early(StageRun& run) {
  return message_of([&] { run.preflight(); });
}

Value numbers(std::initializer_list<double> values) {
  return Value::List(values.begin(), values.end());
}

}  // namespace

TEST_CASE("A line goes from one row to another in equal steps") {
  StageRun run(components, "data.interpolate", {{"rows", Value::List{2, 0}}, {"steps", 3}});
  run.input("x", Array::of<float>({0, 8, 1, 1, 4, 0}, {3, 1, 2}));
  CHECK(run.preflight().at("y").shape == Shape{3, 1, 2});
  CHECK(values<float>(output(run, "y")) == Floats{4, 0, 2, 4, 0, 8});
}

TEST_CASE("A square has its corners' points at its corners, and their mean in the middle") {
  StageRun run(components, "data.interpolate",
               {{"points", Value::List{numbers({0}), numbers({2}), numbers({4}), numbers({10})}},
                {"steps", 3}});
  CHECK(values<float>(output(run, "y")) == Floats{0, 1, 2, 2, 4, 6, 4, 7, 10});
}

TEST_CASE("Ends of lines that cannot be are refused before the run") {
  const auto complaint = [](const Value::Map& params, bool wired) {
    StageRun run(components, "data.interpolate", params);
    if (wired) run.input("x", Array::zeros<float>({3, 2}));
    return early(run);
  };
  CHECK(complaint({}, true) ==
        "expected the ends either as rows of input 'x' (parameter 'rows') or as numbers (parameter "
        "'points')");
  CHECK(complaint({{"rows", Value::List{0, 1, 2}}}, true) ==
        "parameter 'rows' has 3; expected 2, of a line's ends, or 4, of a square's corners");
  CHECK(complaint({{"rows", Value::List{0, 3}}}, true) ==
        "parameter 'rows' names row 3, and input 'x' has 3 rows, counted from 0");
  CHECK(complaint({{"rows", Value::List{0, 1}}}, false) ==
        "parameter 'rows' needs the input 'x', which is not wired");
  CHECK(complaint({{"points", Value::List{numbers({1}), numbers({1, 2})}}}, false) ==
        "parameter 'points' has points of 1 and of 2 numbers");
}

TEST_CASE("A plane's grid grows to the right and upwards") {
  StageRun run(components, "data.plane",
               {{"horizontal", numbers({-1, 1})}, {"vertical", numbers({0, 4})}, {"steps", 3}});
  CHECK(values<float>(output(run, "codes")) ==
        Floats{-1, 4, 0, 4, 1, 4, -1, 2, 0, 2, 1, 2, -1, 0, 0, 0, 1, 0});
}

TEST_CASE("A plane through codes spans their range, at their mean in the other coordinates") {
  StageRun run(components, "data.plane", {{"dimensions", Value::List{2, 0}}, {"steps", 2}});
  run.input("codes", Array::of<double>({0, 1, 5, 2, 2, 9}, {2, 3}));
  CHECK(run.preflight().at("codes").shape == Shape{4, 3});
  CHECK(values<float>(output(run, "codes")) ==
        Floats{2, 1.5f, 5, 2, 1.5f, 9, 0, 1.5f, 5, 0, 1.5f, 9});
}

TEST_CASE("Planes that cannot be are refused") {
  const auto complaint = [](const Value::Map& params, Array codes = Array()) {
    StageRun run(components, "data.plane", params);
    if (codes.data()) run.input("codes", codes);
    return message_of([&] { run.run(); });
  };
  CHECK(complaint({{"horizontal", numbers({0, 1})}}) ==
        "parameter 'vertical' is not given, and input 'codes', which would have the range, is not "
        "wired");
  CHECK(complaint({{"horizontal", numbers({1, 1})}, {"vertical", numbers({0, 1})}}) ==
        "parameter 'horizontal' must be two numbers, the lower first");
  const Array codes = Array::of<float>({0, 1, NAN, 2}, {2, 2});
  CHECK(complaint({{"dimensions", Value::List{0, 2}}}, codes) ==
        "parameter 'dimensions' names coordinate 2; a point has 2, counted from 0");
  CHECK(complaint({}, codes) == "input 'codes' must be finite, got nan in row 1, coordinate 0");
  CHECK(complaint({{"at", numbers({1})}}, codes) ==
        "parameter 'at' has 1 numbers, and codes have 2");
}
