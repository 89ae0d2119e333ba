#include <catch2/catch.hpp>
#include <limits>

#include "pipeline/error.h"
#include "pipeline/value.h"

using namespace pipeline;

TEST_CASE("JSON text is the same for equal values, whatever their spelling or order") {
  CHECK(Value(1e-3).to_json() == Value(0.001).to_json());
  CHECK(Value(Value::Map{{"b", 1}, {"a", 2}}).to_json() == R"({"a":2,"b":1})");
  CHECK(Value(0.1).to_json() == "0.1");
}

TEST_CASE("JSON text tells an integer from a real, so that it reads back as it was") {
  for (const Value& value :
       {Value(1), Value(1.0), Value(-0.5), Value(1e300), Value(INT64_MIN), Value(true), Value(),
        Value("ä\"\n"), Value(Value::List{1, "a", nullptr}),
        Value(Value::Map{{"k", Value::Map{}}})}) {
    INFO(value.to_json());
    CHECK(Value::parse_json(value.to_json()) == value);
  }
  CHECK(Value(1.0).to_json() == "1.0");
}

TEST_CASE("Numbers that JSON has no word for become strings") {
  CHECK(Value(std::numeric_limits<double>::infinity()).to_json() == "\"inf\"");
  CHECK(Value(std::numeric_limits<double>::quiet_NaN()).to_json() == "\"nan\"");
}

TEST_CASE("A value of the wrong type says what it is") {
  CHECK_THROWS_WITH(Value("a").as_int(), "expected an integer, got the string 'a'");
  CHECK_THROWS_WITH(Value(Value::List{1}).as_map(), "expected a map, got a list of 1 item");
  CHECK_THROWS_WITH(Value(Value::Map{}).at("x"), "expected a key 'x', found none");
  CHECK(Value(3).as_real() == 3.0);
  CHECK_THROWS_AS(Value(3.0).as_int(), Error);
}

TEST_CASE("Broken JSON is an error, not a crash") {
  for (const char* text : {"", "{", "[1,]", "nul", "\"\\u12\"", "{\"a\":}"})
    CHECK_THROWS_AS(Value::parse_json(text), Error);
}

TEST_CASE("The nearest name allows a third of its letters to be wrong") {
  const std::vector<std::string> names = {"learning_rate", "rho", "epsilon"};
  CHECK(nearest_name("learning_rat", names) == "learning_rate");
  CHECK(nearest_name("learnign_rate", names) == "learning_rate");
  CHECK(nearest_name("roh", names) == "rho");
  CHECK(nearest_name("momentum", names) == "");
  CHECK(suggestion("momentum", names) == "; known: learning_rate, rho, epsilon");
  CHECK(suggestion("x", {}) == "");
  CHECK(nearest_name(std::string(1000000, 'a'), names) == "");
}

TEST_CASE("A copy of a map is a map of its own, and what is left of one that moved still a map") {
  Value map(Value::Map{{"a", 1}});
  const Value copy = map;
  map.map()["a"] = 2;
  CHECK(copy.to_json() == R"({"a":1})");
  const Value moved = std::move(map);
  CHECK(moved.to_json() == R"({"a":2})");
  CHECK(map.is_map());  // NOLINT(bugprone-use-after-move)
  map.map()["b"] = 3;
  CHECK(map.to_json() == R"({"b":3})");
  Value empty{Value::Map()};
  CHECK(empty == Value(Value::Map()));
  CHECK(empty != Value());
  CHECK(empty.to_json() == "{}");
  CHECK(empty.as_map().empty());
  empty.map();
  CHECK(empty == Value(Value::Map()));
}
