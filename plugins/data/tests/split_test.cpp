#include "files.h"
#include "numpy_random.h"
#include "split_rows.h"

using namespace pipeline;
using namespace pipeline::data;
using testing::StageRun;

// Expected rows: scikit-learn 1.2.1 with numpy 1.24.2,
//   train_test_split(np.arange(n), random_state=seed, stratify=y, test_size=…, train_size=…)

namespace {

testing::Components components;

using Rows = std::vector<std::int64_t>;

Rows indices(std::int64_t n) {
  Rows rows;
  for (std::int64_t i = 0; i < n; ++i) rows.push_back(i);
  return rows;
}

template <class F>
Array labels(std::int64_t n, F&& f) {
  std::vector<decltype(f(std::int64_t{}))> values;
  for (std::int64_t i = 0; i < n; ++i) values.push_back(f(i));
  return Array::of(values);
}

/// FNV-1a over the rows as whole numbers: for value in rows: h = (h ^ value) * prime % 2**64
std::uint64_t hash(const Rows& rows) {
  std::uint64_t h = 1469598103934665603u;
  for (const std::int64_t row : rows) h = (h ^ std::uint64_t(row)) * 1099511628211u;
  return h;
}

/// Of the rows 0 … n-1, their own numbers: {x_train, x_test}.
std::pair<Rows, Rows> split(std::int64_t n, const Value::Map& params, Array stratify = Array()) {
  StageRun run(components, "data.train_test_split", params);
  run.input("x", Array::of(indices(n)));
  if (stratify.data()) run.input("stratify", stratify);
  const auto outputs = run.run();
  const auto rows = [&](const char* port) {
    return values<std::int64_t>(outputs.at(port).arrays.at(""));
  };
  CHECK(rows("x_train") == rows("train_indices"));
  CHECK(rows("x_test") == rows("test_indices"));
  return {rows("x_train"), rows("x_test")};
}

std::pair<std::uint64_t, std::uint64_t> hashes(std::int64_t n, const Value::Map& params,
                                               Array stratify = Array()) {
  const auto [train, test] = split(n, params, stratify);
  return {hash(train), hash(test)};
}

using Pair = std::pair<Rows, Rows>;
using Hashes = std::pair<std::uint64_t, std::uint64_t>;

}  // namespace

TEST_CASE("Shuffled rows are scikit-learn's") {
  CHECK(split(10, {}) == Pair{{9, 1, 6, 7, 3, 0, 5}, {2, 8, 4}});
  CHECK(split(10, {{"random_state", 42}, {"test_size", 0.33}}) ==
        Pair{{7, 2, 9, 4, 3, 6}, {8, 1, 5, 0}});
  CHECK(split(7, {{"random_state", 4294967295}, {"test_size", 2}, {"train_size", 3}}) ==
        Pair{{0, 6, 4}, {1, 5}});
}

TEST_CASE("Rows in order are scikit-learn's without shuffling") {
  CHECK(split(9, {{"shuffle", false}}) == Pair{{0, 1, 2, 3, 4, 5}, {6, 7, 8}});
}

TEST_CASE("Stratified rows are scikit-learn's") {
  CHECK(split(12, {{"random_state", 5}, {"test_size", 0.25}}, labels(12, [](std::int64_t i) {
                return i % 3;
              })) == Pair{{7, 3, 5, 6, 0, 10, 8, 11, 1}, {2, 4, 9}});
  CHECK(split(13, {{"random_state", 1}, {"test_size", 4}, {"train_size", 6}},
              labels(13, [](std::int64_t i) { return std::uint8_t(i * i % 4); })) ==
        Pair{{5, 12, 4, 2, 7, 3}, {1, 8, 9, 0}});
}

TEST_CASE("Shuffled rows are scikit-learn's for large numbers of rows") {
  CHECK(hashes(6000, {{"random_state", 4487}, {"test_size", 0.1}}) ==
        Hashes{0x76cc66707306df40, 0xb314388aefc1dce2});
  CHECK(hashes(60000, {{"random_state", 0}, {"test_size", 0.1}}) ==
        Hashes{0x505aaa1b02398c1f, 0x07857ff8516720e5});
  CHECK(hashes(1797, {{"random_state", 7}, {"train_size", 0.7}}) ==
        Hashes{0x8f492389e483a853, 0xa1c32dfcda460307});
  CHECK(hashes(100003, {{"random_state", 123}, {"test_size", 1000}, {"train_size", 2000}}) ==
        Hashes{0x22dbc2af54c62ebe, 0x50f313b8bc5b6329});
}

TEST_CASE("Stratified rows are scikit-learn's with unequal classes, ties and odd labels") {
  CHECK(hashes(6000, {{"random_state", 4487}, {"test_size", 0.1}}, labels(6000, [](std::int64_t i) {
                 return std::int32_t((i * i + i / 7) % 10);
               })) == Hashes{0x66b8063a7b5d83b7, 0x8226737546b0c14f});
  CHECK(hashes(1000, {{"random_state", 1}, {"test_size", 0.33}}, labels(1000, [](std::int64_t i) {
                 return std::min(i % 17, i % 5);
               })) == Hashes{0x209cd4cffa9c92dc, 0x41abd5757d83c834});
  CHECK(hashes(777, {{"random_state", 99}, {"train_size", 100}, {"test_size", 50}},
               labels(777, [](std::int64_t i) { return -double(i * 31 % 101 % 6) * 0.5; })) ==
        Hashes{0x1e3135201faf0f0d, 0xe701d8d487ef6fcf});
  CHECK(hashes(600, {{"random_state", 2}, {"test_size", 0.25}}, labels(600, [](std::int64_t i) {
                 return std::uint8_t(i % 100);
               })) == Hashes{0x6f2dd00cbc996ba4, 0x18d35f0fbf88bdf4});
}

TEST_CASE("Rows of any type and shape are divided, and labels with them") {
  StageRun run(components, "data.train_test_split", {{"test_size", 2}, {"random_state", 42}});
  run.input("x", Array::of<float>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, {5, 1, 2}));
  run.input("y", Array::of<std::uint8_t>({10, 11, 12, 13, 14}));
  const auto specs = run.preflight();
  CHECK(specs.at("x_train").shape == Shape{3, 1, 2});
  CHECK(specs.at("x_train").dtype == DType::f32);
  CHECK(specs.at("y_test").shape == Shape{2});
  const auto outputs = run.run();
  // train_test_split(np.arange(5), test_size=2, random_state=42): [2, 0, 3], [1, 4]
  CHECK(values<float>(outputs.at("x_train").arrays.at("")) == std::vector<float>{4, 5, 0, 1, 6, 7});
  CHECK(values<float>(outputs.at("x_test").arrays.at("")) == std::vector<float>{2, 3, 8, 9});
  CHECK(values<std::uint8_t>(outputs.at("y_train").arrays.at("")) ==
        std::vector<std::uint8_t>{12, 10, 13});
  CHECK(values<std::uint8_t>(outputs.at("y_test").arrays.at("")) ==
        std::vector<std::uint8_t>{11, 14});
}

TEST_CASE("Without labels the outputs for them are absent") {
  StageRun run(components, "data.train_test_split", {});
  run.input("x", Array::of(indices(8)));
  CHECK(run.preflight().count("y_train") == 0);
  CHECK(run.run().count("y_test") == 0);
}

TEST_CASE("Sizes that cannot be are refused with what is wrong") {
  const auto message = [](std::int64_t n, const Value::Map& params, Array stratify = Array()) {
    return message_of([&] { split(n, params, stratify); });
  };
  CHECK(message(4, {{"test_size", 4}}) ==
        "parameter 'test_size' is 4, but there are only 4 rows, and both parts need one");
  CHECK(message(10, {{"test_size", 0.6}, {"train_size", 0.5}}) ==
        "5 rows for training and 6 for testing are more than the 10 that there are: reduce "
        "train_size or test_size");
  CHECK(message(1, {}) ==
        "of 1 rows 0 would be for training and 1 for testing; both parts need "
        "one: change train_size or test_size");
  CHECK(message(3, {{"train_size", 0.1}}) ==
        "of 3 rows 0 would be for training and 3 for testing; both parts need one: change "
        "train_size or test_size");
  for (const Value& bad : {Value(0), Value(-2), Value(1.0), Value(0.0), Value(1.5)})
    CHECK_THAT(message(9, {{"test_size", bad}}),
               Catch::StartsWith("data.train_test_split: parameter 'test_size' must be a share of "
                                 "the rows (above 0 and below 1) or a count (1 or more), got "));
  CHECK(message(4, {{"shuffle", false}}, Array::of(indices(4))) ==
        "a stratified split is a shuffled one: remove 'shuffle: false', or do not connect the "
        "input 'stratify'");
  CHECK(message(4, {}, Array::of<int>({0, 0, 1, 0})) ==
        "a stratified split needs at least 2 rows of each class, but row 2 is the only one of its "
        "class");
  CHECK(message(8, {{"test_size", 2}}, Array::of<int>({0, 0, 1, 1, 2, 2, 2, 2})) ==
        "a stratified split needs a test part of at least one row a class: there are 3 classes, "
        "and the test part has 2 rows");
  CHECK(message(4, {}, Array::of<double>({0, 0, NAN, 0})) ==
        "input 'stratify' must be labels, got nan");
  CHECK(message(4, {}, Array::of<int>({0, 0, 1})) ==
        "input 'stratify' has 3 rows, and x has 4: they must be as many");
}

TEST_CASE("The numbers are those of numpy's RandomState") {
  NumpyRandom random(0);
  // np.random.RandomState(0): r.permutation(5), then r.choice([7, 8, 9], 2, replace=False)
  CHECK(random.permutation(5) == Rows{2, 0, 1, 3, 4});
  CHECK(random.choice({7, 8, 9}, 2) == Rows{7, 9});
  CHECK(random.interval(0) == 0);
  // then r.randint(0, 2**40, dtype=np.int64), which draws 64 bits and masks them
  CHECK(random.interval((std::uint64_t{1} << 40) - 1) == 91845220082);
}
