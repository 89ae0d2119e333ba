#include "cache/record_text.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "unit/cache/samples.h"

namespace pipeline::cache {
namespace {

Record sample() {
  Record record = testing::record_for(testing::key_of("a"));
  record.created = "2026-01-02T03:04:05Z";
  record.host = "anywhere";
  record.file_bytes = 4096;
  record.structure_checksum = 0xfedcba9876543210;
  StoredOutput& output = record.outputs["model"];
  output.type = "model";
  output.digest = digest_of(std::string("content"));
  output.attributes = {{"limit", std::numeric_limits<double>::infinity()}, {"n", 3}, {"x", 1.0}};
  output.arrays["w/k"] = {DType::f32, {2, 3}, 128, 24, 0x0123456789abcdef};
  output.arrays["s"] = {DType::u8, {}, 192, 1, 7};
  return record;
}

TEST_CASE("a record survives its text") {
  const Record before = sample();
  const Record after = record_from(unseal(seal(to_value(before))));
  CHECK(after.key == before.key);
  CHECK(after.component == "train.fit");
  CHECK(after.pipeline == "vae_conv");
  CHECK(after.stage == "fit");
  CHECK(after.created == "2026-01-02T03:04:05Z");
  CHECK(after.host == "anywhere");
  CHECK(after.seconds == 1.5);
  CHECK(after.parts == before.parts);
  CHECK(after.file_bytes == 4096);
  CHECK(after.structure_checksum == 0xfedcba9876543210);
  const StoredOutput& output = after.outputs.at("model");
  CHECK(output.type == "model");
  CHECK(output.digest == before.outputs.at("model").digest);
  CHECK(output.attributes == before.outputs.at("model").attributes);
  const StoredArray& kernel = output.arrays.at("w/k");
  CHECK(kernel.dtype == DType::f32);
  CHECK(kernel.shape == Shape{2, 3});
  CHECK(kernel.offset == 128);
  CHECK(kernel.bytes == 24);
  CHECK(kernel.checksum == 0x0123456789abcdef);
  CHECK(output.arrays.at("s").shape.empty());
}

TEST_CASE("a sealed text is JSON, and no bit of it can change unnoticed") {
  const std::string text = seal(to_value(sample()));
  CHECK(Value::parse_json(text).at("content").at("stage").as_string() == "fit");
  for (std::size_t i = 0; i < text.size(); ++i)
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = text;
      damaged[i] = char(damaged[i] ^ (1 << bit));
      CHECK_THROWS_AS(unseal(damaged), Error);
    }
}

TEST_CASE("a sealed text that was cut anywhere is refused") {
  const std::string text = seal(to_value(sample()));
  for (std::size_t size = 0; size < text.size(); ++size)
    CHECK_THROWS_AS(unseal(text.substr(0, size)), Error);
  CHECK_THROWS_AS(unseal(text + "\n"), Error);
  CHECK_THROWS_AS(unseal(std::string(text.size(), '\0')), Error);
}

TEST_CASE("numbers that JSON lacks come back, and maps that look like them, too") {
  const double inf = std::numeric_limits<double>::infinity();
  const Value value = Value::Map{{"a", Value::List{inf, -inf, -0.0, 1e300, INT64_MIN}},
                                 {"$", "inf"},
                                 {"b", Value::Map{{"$", Value::Map{{"$", inf}, {"c", 1}}}}}};
  const Value back = from_portable(Value::parse_json(portable(value).to_json()));
  CHECK(back == value);
  CHECK(std::signbit(back.at("a").as_list()[2].as_real()));
  const Value nan = from_portable(Value::parse_json(portable(std::nan("")).to_json()));
  CHECK(std::isnan(nan.as_real()));
}

TEST_CASE("a sealed text of another form is an error that names what is missing") {
  Value value = to_value(sample());
  value.map().erase("outputs");
  CHECK_THROWS_WITH(record_from(unseal(seal(value))), Catch::Contains("'outputs'"));
  value = to_value(sample());
  value.map()["file_bytes"] = -1;
  CHECK_THROWS_WITH(record_from(value), Catch::Contains("file_bytes"));
}

TEST_CASE("One entry of a map's JSON is left out, whatever stands around it") {
  const Value map = Value::Map{{"a", Value::Map{{"parts", 1}, {"t\"parts\":", "{[\\\""}}},
                               {"parts", Value::List{Value::Map{{"x", "}],\""}}, 2}},
                               {"z", "parts"}};
  Value expected = map;
  expected.map()["parts"] = nullptr;
  CHECK(Value::parse_json(without_entry(map.to_json(), "parts")) == expected);
  expected = map;
  expected.map()["z"] = nullptr;
  CHECK(Value::parse_json(without_entry(map.to_json(), "z")) == expected);
  CHECK(without_entry(map.to_json(), "y") == map.to_json());
  for (const std::string text : {"", "{", "{\"parts\"", "{\"parts\":", "\"", "}}]", "{\"\\"})
    CHECK(without_entry(text, "parts") == text);
}

}  // namespace
}  // namespace pipeline::cache
