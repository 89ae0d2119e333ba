#include <catch2/catch.hpp>

#include "training.h"

using namespace training;
using Catch::Matchers::Contains;

namespace {

Array traverse(const Value::Map& params, const Array& codes) {
  testing::StageRun run(components(), "model.traverse", params);
  run.input("codes", codes);
  const Shape promised = run.preflight().at("codes").shape;
  const Array found = run.run().at("codes").arrays.at("");
  CHECK(found.shape() == promised);
  return found;
}

}  // namespace

TEST_CASE("A square runs from top left to bottom right, row by row") {
  // Corners (0, 0), (2, 0), (0, 20), (2, 20): codes are their own coordinates.
  const Array codes = Array::of<float>({9, 9, 2, 20, 0, 0, 2, 0, 0, 20}, {5, 2});
  const Array found = traverse({{"rows", Value::List{2, 3, 4, 1}}, {"steps", 3}}, codes);
  CHECK(found.shape() == Shape{9, 2});
  const auto values = found.view<float>();
  CHECK(std::vector<float>(values.begin(), values.end()) ==
        std::vector<float>{0, 0, 1, 0, 2, 0, 0, 10, 1, 10, 2, 10, 0, 20, 1, 20, 2, 20});
}

TEST_CASE("A square of ten steps is what numpy makes of it") {
  // numpy 1.24: codes = np.sin(np.arange(12)).reshape(4, 3).astype('f4'); for row i and column j of
  // the square, (1-j/9)*((1-i/9)*codes[0] + i/9*codes[2]) + j/9*((1-i/9)*codes[1] + i/9*codes[3])
  std::vector<float> sines;
  for (int i = 0; i < 12; ++i) sines.push_back(float(std::sin(double(i))));
  const Array found = traverse({{"rows", Value::List{0, 1, 2, 3}}}, Array::of(sines, {4, 3}));
  CHECK(found.shape() == Shape{100, 3});
  const auto at = [&](int i, int j, int k) { return found.view<float>()[(i * 10 + j) * 3 + k]; };
  CHECK(at(0, 0, 1) == sines[1]);
  CHECK(at(0, 9, 1) == sines[4]);
  CHECK(at(9, 0, 1) == sines[7]);
  CHECK(at(9, 9, 1) == sines[10]);
  CHECK(at(0, 4, 0) == Approx(0.062720001).epsilon(1e-6));
  CHECK(at(3, 0, 2) == Approx(0.935984353).epsilon(1e-6));
  CHECK(at(4, 7, 1) == Approx(-0.346297244).epsilon(1e-6));
  CHECK(at(8, 2, 0) == Approx(-0.108285573).epsilon(1e-6));
}

TEST_CASE("A line between two rows keeps the axes of a code") {
  const Array codes = Array::of<float>({0, 0, 0, 0, 4, 8, -4, 1}, {2, 1, 2, 2});
  const Array found = traverse({{"rows", Value::List{0, 1}}, {"steps", 5}}, codes);
  CHECK(found.shape() == Shape{5, 1, 2, 2});
  CHECK(found.view<float>()[4] == 1.0f);
  CHECK(found.view<float>()[5] == 2.0f);
  CHECK(found.view<float>()[6] == -1.0f);
  CHECK(found.view<float>()[19] == 1.0f);
}

TEST_CASE("Rows that are not there, or three of them, are refused") {
  const Array codes = Array::zeros<float>({4, 2});
  CHECK_THROWS_WITH(traverse({{"rows", Value::List{0, 1, 2, 4}}}, codes),
                    "parameter 'rows' names row 4, and input 'codes' has 4 rows, counted from 0");
  CHECK_THROWS_WITH(traverse({{"rows", Value::List{0, 1, 2}}}, codes), Contains("has 3 rows"));
  CHECK_THROWS_WITH(traverse({{"rows", Value::List{0, -1}}}, codes), Contains("at least 0"));
  CHECK_THROWS_WITH(traverse({}, codes), Contains("needs the parameter 'rows'"));
}
