#include "files.h"

using namespace pipeline;
using namespace pipeline::data;
using testing::StageRun;

namespace {

testing::Components components;

Array read(const std::string& path, Value::Map params = {}) {
  params["path"] = path;
  StageRun run(components, "data.idx", params);
  return output(run, "data");
}

std::string message(const std::string& path, Value::Map params = {}) {
  return message_of([&] { read(path, params); });
}

// Three rows of 2×2 bytes.
const std::string kRows = bytes({0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 2}) +
                          bytes({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255});

}  // namespace

TEST_CASE("An IDX file gives its type, shape and values") {
  const TempFolder folder;
  const std::string path = folder.write("rows", kRows);
  StageRun run(components, "data.idx", {{"path", path}});
  const Spec spec = run.preflight().at("data");
  CHECK(spec.dtype == DType::u8);
  CHECK(spec.shape == Shape{3, 2, 2});
  CHECK(values<std::uint8_t>(output(run, "data")) ==
        std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 255});
}

TEST_CASE("Every element type of IDX is read, most significant byte first") {
  const TempFolder folder;
  const auto vector_of = [&](int type, std::initializer_list<int> data, int count) {
    return folder.write("v", bytes({0, 0, type, 1, 0, 0, 0, count}) + bytes(data));
  };
  CHECK(values<std::int8_t>(read(vector_of(9, {0xff, 0x7f, 0x80}, 3))) ==
        std::vector<std::int8_t>{-1, 127, -128});
  CHECK(values<std::int16_t>(read(vector_of(0xb, {0xff, 0xfe, 1, 2}, 2))) ==
        std::vector<std::int16_t>{-2, 258});
  CHECK(values<std::int32_t>(read(vector_of(0xc, {0x80, 0, 0, 0, 1, 2, 3, 4}, 2))) ==
        std::vector<std::int32_t>{INT32_MIN, 16909060});
  // struct.pack('>2f', 1.5, -0.1), struct.pack('>d', 3.141592653589793)
  CHECK(values<float>(read(vector_of(0xd, {0x3f, 0xc0, 0, 0, 0xbd, 0xcc, 0xcc, 0xcd}, 2))) ==
        std::vector<float>{1.5f, -0.1f});
  CHECK(values<double>(read(vector_of(0xe, {0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18}, 1))) ==
        std::vector<double>{3.141592653589793});
}

TEST_CASE("Any rank is read, also none, and arrays without elements") {
  const TempFolder folder;
  const Array scalar = read(folder.write("s", bytes({0, 0, 8, 0, 42})));
  CHECK(scalar.shape() == Shape{});
  CHECK(values<std::uint8_t>(scalar) == std::vector<std::uint8_t>{42});
  const Array deep = read(folder.write(
      "d", bytes({0, 0, 8, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 7, 8})));
  CHECK(deep.shape() == Shape{1, 2, 1, 1, 1});
  const std::string none = folder.write("n", bytes({0, 0, 8, 2, 0, 0, 0, 0, 0, 0, 0, 9}));
  CHECK(read(none).shape() == Shape{0, 9});
  CHECK(read(none, {{"every", 3}}).shape() == Shape{0, 9});
}

TEST_CASE("Gzip files are read by their content, also of several members") {
  const TempFolder folder;
  CHECK(values<std::uint8_t>(read(folder.write("a.gz", gzip(kRows)))).back() == 255);
  CHECK(values<std::uint8_t>(read(folder.write("b", gzip(kRows)))).size() == 12);
  const std::string members = gzip(kRows.substr(0, 9)) + gzip(kRows.substr(9));
  CHECK(values<std::uint8_t>(read(folder.write("c.gz", members))).back() == 255);
  // printf '\0\0\10\1\0\0\0\2AB' | gzip -n9 | xxd -i
  CHECK(values<std::uint8_t>(read(folder.write(
            "d.gz", bytes({0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                           0x63, 0x60, 0xe0, 0x60, 0x64, 0x60, 0x60, 0x60, 0x72, 0x74,
                           0x02, 0x00, 0xe1, 0xf2, 0x2c, 0xe4, 0x0a, 0x00, 0x00, 0x00})))) ==
        std::vector<std::uint8_t>{'A', 'B'});
}

TEST_CASE("Every n-th row is taken, and at most so many") {
  const TempFolder folder;
  for (const std::string& path : {folder.write("a", kRows), folder.write("b.gz", gzip(kRows))}) {
    CHECK(values<std::uint8_t>(read(path, {{"every", 2}})) ==
          std::vector<std::uint8_t>{1, 2, 3, 4, 9, 10, 11, 255});
    CHECK(values<std::uint8_t>(read(path, {{"every", 2}, {"limit", 1}})) ==
          std::vector<std::uint8_t>{1, 2, 3, 4});
    CHECK(read(path, {{"limit", 0}}).shape() == Shape{0, 2, 2});
    CHECK(read(path, {{"every", INT64_MAX}}).shape() == Shape{1, 2, 2});
    CHECK(read(path, {{"limit", 100}}).shape() == Shape{3, 2, 2});
  }
}

TEST_CASE("Rows without values are not read one by one") {
  const TempFolder folder;
  const std::string billions =
      folder.write("n", bytes({0, 0, 8, 2, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}));
  CHECK(read(billions, {{"every", 2}}).shape() == Shape{2147483648, 0});
}

TEST_CASE("A path may leave out .gz, or have it in vain") {
  const TempFolder folder;
  folder.write("packed.gz", gzip(kRows));
  folder.write("plain", kRows);
  CHECK(read((folder.path() / "packed").string()).shape() == Shape{3, 2, 2});
  CHECK(read((folder.path() / "plain.gz").string()).shape() == Shape{3, 2, 2});
  CHECK(message((folder.path() / "no").string()) ==
        "data.idx: parameter 'path' must be a file, got '" + folder.path().string() +
            "/no': no such file, with or without .gz");
  CHECK_THAT(
      message((folder.path() / "t10k-labels-idx1-ubyte").string()),
      Catch::EndsWith("; 'tools/fetch-mnist --dir " + folder.path().string() + "' downloads it"));
  CHECK_THAT(message("/fashion/t10k-labels-idx1-ubyte.gz"),
             Catch::EndsWith("; Debian's package dataset-fashion-mnist brings it"));
}

TEST_CASE("A file that is no IDX file is told apart before anything is read") {
  const TempFolder folder;
  const auto path_of = [&](const std::string& content) { return folder.write("f", content); };
  const std::string start = quoted(folder.path() / "f") + " is no sound IDX file: ";
  CHECK(message(path_of("")) ==
        start + "it ends after 0 bytes of a header that should have 4 more");
  CHECK(message(path_of(bytes({0, 0, 8, 2, 0, 0, 0}))) ==
        start + "it ends after 3 bytes of a header that should have 5 more");
  CHECK(message(path_of("PNG image")) ==
        start + "it begins with the bytes 50 4e 47 20; expected 00 00, an element type and a rank");
  CHECK(message(path_of(bytes({0, 0, 10, 1, 0, 0, 0, 0}))) ==
        start +
            "its third byte, the element type, is 0x0a; expected 08 (u8), 09 (i8), 0b (i16), "
            "0c (i32), 0d (f32) or 0e (f64)");
  CHECK(message(path_of(bytes({0, 0, 8, 33}) + std::string(33 * 4, '\1'))) ==
        start + "its rank is 33; expected at most 32");
}

TEST_CASE("A length that differs from the header's is an error in preflight") {
  const TempFolder folder;
  const auto path_of = [&](const std::string& content) { return folder.write("f", content); };
  const auto preflight = [&](const std::string& path) {
    return message_of([&] { StageRun(components, "data.idx", {{"path", path}}).preflight(); });
  };
  const std::string start =
      quoted(folder.path() / "f") +
      " is no sound IDX file: its header promises 3×2×2 values of u8, 28 bytes in all, but ";
  CHECK(preflight(path_of(kRows.substr(0, 27))) == start + "the file has 27");
  CHECK(preflight(path_of(kRows + "x")) == start + "the file has 29");
  CHECK(preflight(path_of(gzip(kRows.substr(0, 27)))) == start + "the file unpacks to 27");
  CHECK(preflight(path_of(gzip(kRows + "x"))) == start + "the file unpacks to 29");
}

TEST_CASE("Absurd sizes are refused without being allocated") {
  const TempFolder folder;
  const std::string huge = bytes({0, 0, 14, 3}) + std::string(12, '\xff') + "abc";
  CHECK_THAT(message(folder.write("f", huge)), Catch::EndsWith("is too large"));
  const std::string large = bytes({0, 0, 8, 2, 0x7f, 0xff, 0xff, 0xff, 0, 0, 1, 0});
  CHECK_THAT(message(folder.write("f", large)),
             Catch::EndsWith("549755813644 bytes in all, but the file has 12"));
  CHECK_THAT(message(folder.write("f", gzip(large))),
             Catch::Contains("but a gzip file of ") && Catch::EndsWith(" bytes cannot hold them"));
}

TEST_CASE("A damaged gzip file is an error that names it") {
  const TempFolder folder;
  std::string content = kRows;
  for (int i = 0; i < 2000; ++i) content += char(i * i % 251);
  content[7] = char(content.size() / 4 - 4);          // the number of rows,
  content[6] = char((content.size() / 4 - 4) / 256);  // so that all lengths agree
  const std::string sound = gzip(content);
  REQUIRE(read(folder.write("f", sound)).shape() == Shape{503, 2, 2});

  const std::string name = "the gzip file " + quoted(folder.path() / "f") + " ";
  CHECK(message(folder.write("f", sound.substr(0, sound.size() - 5))) ==
        name + "ends in the middle of its data; get it again");
  CHECK(message(folder.write("f", sound.substr(0, 12))) ==
        name + "ends in the middle of its data; get it again");
  CHECK(message(folder.write("f", sound + "junk")) ==
        name + "goes on with other bytes after its data; get it again");
  CHECK_THAT(message(folder.write("f", bytes({0x1f, 0x8b, 8, 0}) + "garbage and more of it")),
             Catch::StartsWith(name + "is damaged ("));
  std::string flipped = sound;
  flipped[sound.size() - 6] ^= 1;  // its checksum
  CHECK(message(folder.write("f", flipped)) ==
        name + "is damaged (incorrect data check); get it again");
  // Only what is not taken would be damaged: still an error.
  CHECK(message(folder.write("f", flipped), {{"limit", 1}}) ==
        name + "is damaged (incorrect data check); get it again");
}

TEST_CASE("No damage of a single byte crashes the reader or goes unseen") {
  const TempFolder folder;
  const std::string sound = gzip(kRows);
  int unseen = 0;
  for (std::size_t i = 0; i < sound.size(); ++i)
    for (const int flip : {1, 0x80, 0xff}) {
      std::string damaged = sound;
      damaged[i] = char(damaged[i] ^ flip);
      const std::string path = folder.write("f", damaged);
      if (message(path).empty()) {
        ++unseen;
        CHECK(values<std::uint8_t>(read(path)).back() == 255);
      }
    }
  CHECK(unseen > 0);  // gzip's header holds a time that nobody checks
}
