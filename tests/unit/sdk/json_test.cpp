// The SDK's own reader and writer of JSON beside another library's, over texts right and wrong.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "pipeline/error.h"
#include "pipeline/value.h"

using namespace pipeline;
using Json = nlohmann::json;

namespace {

class Draw {
 public:
  int below(int n) { return std::uniform_int_distribution<int>(0, n - 1)(engine_); }

  std::string text() {
    static const std::vector<std::string> kParts = {"a", "key", " ",  "\"", "\\", "\n",
                                                    "/", "ä",   "\t", "{",  "[",  "\x7f"};
    std::string text;
    for (int i = below(6); i > 0; --i) text += kParts[std::size_t(below(int(kParts.size())))];
    return text;
  }

  Json value(int depth) {
    switch (below(depth > 3 ? 5 : 7)) {
      case 0: return nullptr;
      case 1: return below(2) == 0;
      case 2: return std::int64_t(engine_()) >> below(64);
      case 3: return std::ldexp(double(std::int64_t(engine_())), below(200) - 160);
      case 4: return text();
      case 5: {
        Json list = Json::array();
        for (int i = below(5); i > 0; --i) list.push_back(value(depth + 1));
        return list;
      }
      default: {
        Json map = Json::object();
        for (int i = below(5); i > 0; --i) map[text()] = value(depth + 1);
        return map;
      }
    }
  }

 private:
  std::mt19937_64 engine_{7};
};

}  // namespace

TEST_CASE("JSON is written byte for byte as nlohmann writes it, and read back as it was") {
  Draw draw;
  for (int i = 0; i < 3000; ++i) {
    const std::string text = draw.value(0).dump();
    const Value value = Value::parse_json(text);
    REQUIRE(value.to_json() == text);
    REQUIRE(Value::parse_json(draw.below(2) ? value.to_json(2) : text) == value);
  }
}

TEST_CASE("JSON is right or wrong where nlohmann says so") {
  Draw draw;
  const std::string kLetters = "{}[]\",:0123456789.eE+-truefalsn \\\n\x01\xc3";
  int right = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = draw.value(2).dump();
    for (int changes = draw.below(3); changes > 0; --changes) {
      const auto at = std::size_t(draw.below(int(text.size()) + 1));
      const char letter = kLetters[std::size_t(draw.below(int(kLetters.size())))];
      if (draw.below(2)) text.insert(at, 1, letter);
      else if (at < text.size()) text[at] = letter;
    }
    INFO(text);
    const Json expected = Json::parse(text, nullptr, false);
    if (expected.is_discarded()) {
      CHECK_THROWS_AS(Value::parse_json(text), Error);
    } else {
      const Value value = Value::parse_json(text);
      // Integers beyond 64 bits with sign become reals.
      if (text.size() < 19) CHECK(value.to_json() == expected.dump());
      ++right;
    }
  }
  CHECK(right > 5000);
  CHECK(right < 19'000);
}

TEST_CASE("Of equal keys the last counts, and deep nesting is read") {
  CHECK(Value::parse_json(R"({"b":{"x":1},"a":2,"b":3})").to_json() == R"({"a":2,"b":3})");
  const std::string deep = std::string(500, '[') + std::string(500, ']');
  CHECK(Value::parse_json(deep).to_json() == deep);
}
