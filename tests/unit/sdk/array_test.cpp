#include <catch2/catch.hpp>
#include <cstdint>

#include "pipeline/artifact.h"

using namespace pipeline;

TEST_CASE("The number of elements knows scalars, unknown sizes and overflow") {
  CHECK(elements({}) == 1);
  CHECK(elements({3, 0}) == 0);
  CHECK(elements({3, kUnknown}) == kUnknown);
  CHECK_THROWS_AS(elements({INT64_MAX, 2}), Error);
  CHECK_THROWS_AS(elements({-3}), Error);
  CHECK(to_string({6000, 28, kUnknown}) == "6000×28×?");
}

TEST_CASE("Arrays are zero, aligned and typed") {
  Array array = Array::zeros<float>({2, 3});
  CHECK(reinterpret_cast<std::uintptr_t>(array.data()) % 64 == 0);
  for (const float x : array.view<float>()) CHECK(x == 0);
  CHECK_THROWS_WITH(array.view<double>(), "expected an array of f64, got one of f32");
  CHECK(array.bytes() == 24);
}

TEST_CASE("An array that cannot be is refused with its size") {
  CHECK_THROWS_WITH(Array(DType::f64, {std::int64_t{1} << 60}),
                    "an array of 1152921504606846976 f64 is too large");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // their allocators abort
  CHECK_THROWS_WITH(Array(DType::u8, {std::int64_t{1} << 60}),
                    "not enough memory for an array of 1152921504606846976 u8 "
                    "(1152921504606846976 bytes)");
#endif
}

TEST_CASE("Rows and reshaping share the bytes and check their bounds") {
  const Array array = Array::of<int>({1, 2, 3, 4, 5, 6}, {3, 2});
  CHECK(array.rows(1, 2).view<int>()[0] == 3);
  CHECK(array.rows(3, 0).size() == 0);
  CHECK_THROWS_AS(array.rows(2, 2), Error);
  CHECK_THROWS_AS(array.rows(-1, 1), Error);
  CHECK(array.reshaped({6}).view<int>()[5] == 6);
  CHECK_THROWS_AS(array.reshaped({5}), Error);
  CHECK_THROWS_AS(Array::of<int>({1, 2}, {3}), Error);
}

TEST_CASE("Bytes that are not ours cannot be written") {
  const int numbers[] = {1, 2};
  Array array(DType::i32, {2}, numbers, nullptr);
  CHECK_THROWS_AS(array.mutable_view<int>(), Error);
}

TEST_CASE("Tables, figures and texts survive being artifacts") {
  Table table;
  table.add("loss", Array::of<double>({0.5, 0.25}));
  table.add("epoch", Array::of<int>({1, 2}));
  CHECK_THROWS_AS(table.add("loss", Array::of<double>({1, 2})), Error);
  CHECK_THROWS_AS(table.add("short", Array::of<double>({1})), Error);
  const Table back = ArtifactCodec<Table>::decode(ArtifactCodec<Table>::encode(std::move(table)));
  REQUIRE(back.columns().size() == 2);
  CHECK(back.columns()[0].name == "loss");
  CHECK(back.column("epoch").view<int>()[1] == 2);
  CHECK_THROWS_WITH(back.column("los"), "the table has no column 'los'; did you mean 'loss'?");

  Figure figure{{{"png", std::string("\x89PNG\0x", 6)}}, {{"points", Array::of<float>({1})}}};
  const Figure same =
      ArtifactCodec<Figure>::decode(ArtifactCodec<Figure>::encode(std::move(figure)));
  CHECK(same.files.at("png") == std::string("\x89PNG\0x", 6));
  CHECK(same.data.at("points").view<float>()[0] == 1);
  CHECK(ArtifactCodec<Text>::decode(ArtifactCodec<Text>::encode({"ä\n"})).text == "ä\n");
}

TEST_CASE("A file's extension is letters and digits, given or read") {
  for (const std::string extension : {"", "a/b", "/../../x", "tar.gz", "ä"}) {
    INFO(extension);
    const std::string message =
        "a file's extension must be letters and digits, as in 'png', got '" + extension + "'";
    CHECK_THROWS_WITH(ArtifactCodec<Text>::encode({"text", extension}), message);
    CHECK_THROWS_WITH(ArtifactCodec<Figure>::encode({{{extension, "bytes"}}, {}}), message);
    Artifact text = ArtifactCodec<Text>::encode({"text"});
    text.attributes["extension"] = extension;
    CHECK_THROWS_WITH(ArtifactCodec<Text>::decode(text), message);
    const Artifact figure{"figure", {}, {{"files/" + extension, Array::of<std::uint8_t>({1})}}};
    CHECK_THROWS_WITH(ArtifactCodec<Figure>::decode(figure), message);
  }
  CHECK(ArtifactCodec<Text>::decode(ArtifactCodec<Text>::encode({"{}", "JSON5"})).extension ==
        "JSON5");
}
