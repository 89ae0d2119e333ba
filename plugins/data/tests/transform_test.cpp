#include <cmath>
#include <limits>

#include "files.h"

using namespace pipeline;
using namespace pipeline::data;
using testing::StageRun;

namespace {

testing::Components components;

Array apply(const char* id, const Value::Map& params, const char* input, Array array,
            const char* port = "y") {
  StageRun run(components, id, params);
  run.input(input, array);
  return output(run, port);
}

std::string message(const char* id, const Value::Map& params, const char* input, Array array) {
  return message_of([&] { apply(id, params, input, array); });
}

Array sized(Shape shape) { return Array::zeros<float>(std::move(shape)); }

}  // namespace

TEST_CASE("Scaling maps bytes onto [0, 1] as dividing by 255 does") {
  std::vector<std::uint8_t> bytes(256);
  for (int i = 0; i < 256; ++i) bytes[std::size_t(i)] = std::uint8_t(i);
  const auto y = values<float>(apply("data.scale", {}, "x", Array::of(bytes)));
  for (int i = 0; i < 256; ++i) CHECK(y[std::size_t(i)] == float(i) / 255.0f);
}

TEST_CASE("Scaling maps any interval onto any other, of any type") {
  const Value::Map params = {{"from", Value::List{-1, 1}}, {"to", Value::List{10, 0}}};
  CHECK(values<float>(apply("data.scale", params, "x", Array::of<double>({-1, 0, 0.5, 2}))) ==
        std::vector<float>{10, 5, 2.5f, -5});
  CHECK(apply("data.scale", {}, "x", Array::of<std::int64_t>({255, 0}, {2, 1})).shape() ==
        Shape{2, 1});
  CHECK(message("data.scale", {{"from", Value::List{3, 3}}}, "x", sized({2})) ==
        "parameter 'from' must be two different numbers, got 3 twice");
  CHECK(message("data.scale", {}, "x", Array::text("abc")) ==
        "input 'x' takes an array of numbers, got text");
}

TEST_CASE("Samples get another shape, with one size left open") {
  const auto shape = [](const Value::List& sizes, Shape x) {
    return apply("data.reshape", {{"shape", sizes}}, "x", sized(std::move(x))).shape();
  };
  CHECK(shape({1, 2, 3}, {5, 6}) == Shape{5, 1, 2, 3});
  CHECK(shape({-1}, {5, 1, 2, 3}) == Shape{5, 6});
  CHECK(shape({2, -1}, {5, 6}) == Shape{5, 2, 3});
  CHECK(shape({}, {5, 1}) == Shape{5});
  CHECK(shape({3, -1}, {0, 6}) == Shape{0, 3, 2});
  const Array ints = Array::of<int>({1, 2, 3, 4}, {1, 4});
  CHECK(values<int>(apply("data.reshape", {{"shape", Value::List{2, 2}}}, "x", ints)) ==
        std::vector<int>{1, 2, 3, 4});
}

TEST_CASE("A shape that samples do not fill is refused in preflight") {
  const auto complaint = [](const Value::List& sizes) {
    StageRun run(components, "data.reshape", {{"shape", sizes}});
    run.input("x", sized({5, 28, 28}));
    return message_of([&] { run.preflight(); });
  };
  CHECK(complaint({28, 29}) ==
        "samples of 28×28 have 784 values, which do not fill the shape 28×29");
  CHECK(complaint({-1, 5}) == "samples of 28×28 have 784 values, which do not fill the shape ?×5");
  CHECK(complaint({-1, 0}) == "samples of 28×28 have 784 values, which do not fill the shape ?×0");
  CHECK(complaint({-1, -1}) == "parameter 'shape' may have one -1, got ?×?");
}

TEST_CASE("Labels become vectors with a one at their place") {
  CHECK(values<float>(apply("data.one_hot", {}, "labels", Array::of<std::uint8_t>({2, 0}))) ==
        std::vector<float>{0, 0, 1, 1, 0, 0});
  const Array wide = apply("data.one_hot", {{"classes", 4}}, "labels", Array::of<int>({3}, {1}));
  CHECK(wide.shape() == Shape{1, 4});
  CHECK(values<float>(wide) == std::vector<float>{0, 0, 0, 1});
  CHECK(apply("data.one_hot", {}, "labels", Array::of<double>({0, 1, 1, 0}, {2, 2})).shape() ==
        Shape{2, 2, 2});
  StageRun run(components, "data.one_hot", {});
  run.input("labels", Array::of<int>({1}));
  CHECK(run.preflight().at("y").shape == Shape{1, kUnknown});
}

TEST_CASE("Labels that are no classes are refused") {
  CHECK(message("data.one_hot", {{"classes", 3}}, "labels", Array::of<int>({1, 3})) ==
        "there is a label 3, but parameter 'classes' is 3: labels go from 0 to 2");
  const std::string expected = "labels must be whole numbers from 0 to 16777215, got ";
  CHECK(message("data.one_hot", {}, "labels", Array::of<int>({-1})) == expected + "-1");
  CHECK(message("data.one_hot", {}, "labels", Array::of<float>({0.5f})) == expected + "0.5");
  CHECK(message("data.one_hot", {}, "labels", Array::of<double>({NAN})) == expected + "nan");
  CHECK(message("data.one_hot", {}, "labels", Array::of<std::uint64_t>({UINT64_MAX})) ==
        expected + "18446744073709551615");
}

// Expected: scikit-learn 1.2.1, StandardScaler().fit(X), .mean_, .scale_, .transform(X), with
// X = [[1, 10, 7.5, 1e8], [2, 20, 7.5, 1e8+1], [4, 20, 7.5, 1e8+2], [8, 30, 7.5, 1e8+4]]
TEST_CASE("The scaler gives scikit-learn's numbers") {
  const Array x = Array::of<double>(
      {1, 10, 7.5, 1e8, 2, 20, 7.5, 1e8 + 1, 4, 20, 7.5, 1e8 + 2, 8, 30, 7.5, 1e8 + 4}, {4, 4});
  StageRun run(components, "data.standard_scaler", {});
  run.input("fit", x);
  const auto outputs = run.run();
  const auto array = [&](const char* port) {
    return values<double>(outputs.at(port).arrays.at(""));
  };
  CHECK(array("mean") == std::vector<double>{3.75, 20, 7.5, 1.0000000175e+08});
  CHECK(array("scale") ==
        std::vector<double>{2.680951323690902, 7.0710678118654755, 1, 1.479019945774904});
  CHECK(array("fit") == std::vector<double>{-1.025755289064345, -1.414213562373095, 0,
                                            -1.1832159566199232, -0.6527533657682196, 0, 0,
                                            -0.50709255283711, 0.09325048082403138, 0, 0,
                                            0.1690308509457033, 1.5852581740085334,
                                            1.414213562373095, 0, 1.52127765851133});

  StageRun without_mean(components, "data.standard_scaler", {{"with_mean", false}});
  without_mean.input("fit", x);
  const auto scaled = values<double>(output(without_mean, "fit"));
  CHECK(scaled[0] == 3.730019232961255e-01);
  CHECK(scaled[2] == 7.5);
  CHECK(scaled[15] == 6.761234308277494e+07);

  StageRun without_std(components, "data.standard_scaler", {{"with_std", false}});
  without_std.input("fit", x);
  CHECK(values<double>(output(without_std, "fit"))[0] == -2.75);
}

// X = np.array([[0.1, 0.7], [0.2, 0.7], [0.4, 0.7], [nan, 0.7]], np.float32); the other samples
// [[0.3, 0.1], [7, -2]]
TEST_CASE("The scaler is applied to other samples, in their type, and passes over missing values") {
  StageRun run(components, "data.standard_scaler", {});
  run.input("fit", Array::of<float>({0.1f, 0.7f, 0.2f, 0.7f, 0.4f, 0.7f, NAN, 0.7f}, {4, 2}));
  run.input("x", Array::of<float>({0.3f, 0.1f, 7, -2}, {2, 2}));
  CHECK(run.preflight().count("other") == 0);
  const auto outputs = run.run();
  CHECK(values<double>(outputs.at("mean").arrays.at("")) ==
        std::vector<double>{0.23333333681027094, 0.699999988079071});
  CHECK(values<double>(outputs.at("scale").arrays.at("")) ==
        std::vector<double>{0.12472191475096606, 1});
  CHECK(values<float>(outputs.at("x").arrays.at("")) ==
        std::vector<float>{0x1.11acf2p-1f, -0x1.333332p-1f, 0x1.b20842p+5f, -0x1.59999ap+1f});
  CHECK(std::isnan(values<float>(outputs.at("fit").arrays.at(""))[6]));
}

TEST_CASE("The scaler refuses samples of another shape, none, and infinite ones") {
  const auto complaint = [](Array fit, Array x) {
    StageRun run(components, "data.standard_scaler", {});
    run.input("fit", fit).input("x", x);
    return message_of([&] { run.run(); });
  };
  CHECK(complaint(sized({3, 2}), sized({3, 4})) ==
        "input 'x' has samples of 4, and fit of 2: they must be alike");
  CHECK(complaint(sized({0, 2}), sized({3, 2})) ==
        "input 'fit' must have at least one sample, got none");
  CHECK(complaint(Array::of<float>({1, 2, INFINITY, 1}, {2, 2}), sized({1, 2})) ==
        "input 'fit' must be finite, got inf in row 1, feature 0");
}

// i = np.arange(10); X = np.stack([i*i % 97/7 + 1e6, np.full(10, 0.1), 1e3 + 1e-11*(i % 3)], 1)
TEST_CASE("A constant is told from a small deviation as scikit-learn tells it") {
  std::vector<double> x;
  for (int i = 0; i < 10; ++i)
    x.insert(x.end(), {i * i % 97 / 7.0 + 1e6, 0.1, 1e3 + 1e-11 * (i % 3)});
  StageRun run(components, "data.standard_scaler", {});
  run.input("fit", Array::of(x, {10, 3}));
  const auto outputs = run.run();
  CHECK(values<double>(outputs.at("mean").arrays.at("")) ==
        std::vector<double>{0x1.e848824924925p+19, 0x1.9999999999999p-4, 0x1.f400000000050p+9});
  CHECK(values<double>(outputs.at("scale").arrays.at("")) ==
        std::vector<double>{0x1.eb03ccb713041p+1, 1, 0x1.2464a621d180ap-37});
}

// X = np.stack([1e3 + 1e-11*(i % 3)] * 2, 1) with i = np.arange(50): rounding is all there is
TEST_CASE("A deviation that is nothing but rounding is no reason to divide by it") {
  std::vector<double> x;
  for (int i = 0; i < 50; ++i) x.insert(x.end(), 2, 1e3 + 1e-11 * (i % 3));
  StageRun run(components, "data.standard_scaler", {});
  run.input("fit", Array::of(x, {50, 2}));
  CHECK(values<double>(output(run, "scale")) == std::vector<double>{1, 1});
}

TEST_CASE("Whole numbers are scaled to f32") {
  StageRun run(components, "data.standard_scaler", {});
  run.input("fit", Array::of<std::uint8_t>({1, 3}, {2, 1}));
  CHECK(values<float>(output(run, "fit")) == std::vector<float>{-1, 1});
}
