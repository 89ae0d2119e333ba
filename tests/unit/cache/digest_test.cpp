#include "cache/digest.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <set>

#include "cache/store.h"
#include "unit/cache/samples.h"

namespace pipeline::cache {
namespace {

using testing::array_artifact;

// printf '' | sha256sum; printf abc | sha256sum; a million times 'a' (FIPS 180-2, appendix B)
TEST_CASE("SHA-256 gives the standard's examples") {
  CHECK(digest_of(std::string()) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(digest_of(std::string("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(digest_of(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("XXH3 gives the published value of nothing, and pieces give what the whole gives") {
  CHECK(to_hex(checksum_of("", 0)) == "2d06800538d394c2");
  std::string text;
  for (int i = 0; i < 5000; ++i) text += char(i * 7);
  Checksum checksum;
  checksum.update(text.data(), 1);
  checksum.update(text.data() + 1, 0);
  checksum.update(text.data() + 1, 3000);
  checksum.update(text.data() + 3001, text.size() - 3001);
  CHECK(checksum.value() == checksum_of(text.data(), text.size()));
}

TEST_CASE("checksums survive their text, and other text is refused") {
  for (const std::uint64_t value :
       {std::uint64_t{0}, std::uint64_t{0x0123456789abcdef}, ~std::uint64_t{0}})
    CHECK(from_hex(to_hex(value)) == value);
  for (const char* text : {"", "123", "0123456789abcdeg", "0123456789abcdef0", "-123456789abcdef"})
    CHECK_THROWS_WITH(from_hex(text), Catch::Contains("16 hex digits"));
}

// The expected digests are hashlib's, of the canonical form written anew with struct and numpy:
//   n(x) = <Q; t(s) = n(len) + UTF-8; v = n|t|f|i+n|r+<d|s+t|l+n+items|m+n+(t, v) in order of keys
//   t('pipeline artifact 1') + t(type) + v(attributes) + n(arrays)
//     + for each path in order: t(path) + t(dtype) + n(rank) + n(sizes) + little-endian values
TEST_CASE("the digest of an artifact is that of its canonical form") {
  CHECK(digest_of(array_artifact({1, 2, 3, 4, 5, 6}, {2, 3})) ==
        "31b93419477afe25ecfecab6b53f5cc4ecb2856e34060443e60fbfbe0128e8fb");
  Artifact model;
  model.type = "model";
  model.attributes = testing::rich_artifact().attributes;
  model.arrays["weights/kernel"] = Array::of(std::vector<double>{0.1, -0.2}, {2, 1});
  model.arrays["empty"] = Array::zeros<std::int64_t>({0, 3});
  model.arrays["scalar"] = Array::scalar<std::uint8_t>(200);
  model.arrays["note"] = Array::text("hé");
  CHECK(digest_of(model) == "5a6fc957f4c7bc6585bbe0bd1e9b4eb1b6eb2a73adf4fe90e2d7e1c084af22c1");
}

TEST_CASE("a digest tells apart whatever a consumer could tell apart") {
  const Artifact base = array_artifact({1, 2, 3, 4}, {2, 2});
  std::vector<Artifact> others(8, base);
  others[0].type = "table";
  others[1].arrays[""] = Array::of(std::vector<float>{1, 2, 3, 4}, {4});
  others[2].arrays[""] = Array::of(std::vector<float>{1, 2, 3, 5}, {2, 2});
  others[3].arrays[""] = Array::of(std::vector<std::int32_t>{1, 2, 3, 4}, {2, 2});
  others[4].attributes["n"] = 1;
  others[5].attributes["n"] = 1.0;
  others[6].attributes["n"] = "1";
  others[7].attributes["n"] = Value::List{1};
  std::set<Digest> digests{digest_of(base)};
  for (const Artifact& other : others) digests.insert(digest_of(other));
  CHECK(digests.size() == 9);
}

TEST_CASE("a path, type or attribute cannot pass for its neighbour") {
  Artifact a, b;
  a.type = b.type = "model";
  a.arrays["ab"] = Array::text("c");
  b.arrays["a"] = Array::text("bc");
  CHECK(digest_of(a) != digest_of(b));
  Artifact c, d;
  c.type = d.type = "model";
  c.attributes["x"] = Value::List{Value::List{1}, 2};
  d.attributes["x"] = Value::List{Value::List{1, 2}};
  CHECK(digest_of(c) != digest_of(d));
}

TEST_CASE("all not-a-numbers in attributes are one") {
  Artifact a, b;
  a.type = b.type = "text";
  a.attributes["x"] = std::numeric_limits<double>::quiet_NaN();
  b.attributes["x"] = -std::nan("77");
  CHECK(digest_of(a) == digest_of(b));
}

}  // namespace
}  // namespace pipeline::cache
