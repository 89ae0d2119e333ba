// What augmentations do to images, by hand.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "make.h"

using namespace pipeline;
using namespace pipeline::nn;
using pipeline::nn::testing::forward;

namespace {

constexpr int kSamples = 40;

/// So many copies of one image, in training.
std::vector<std::vector<float>> made(const char* id, const Value::Map& params, const Shape& shape,
                                     const std::vector<float>& image, std::uint32_t epoch = 0,
                                     bool training = true) {
  auto g = graph_of(id, params, {shape});
  std::vector<float> x;
  for (int i = 0; i < kSamples; ++i) x.insert(x.end(), image.begin(), image.end());
  Pass pass;
  pass.training = training;
  pass.epoch = epoch;
  const std::vector<float> y = forward(g, {x}, kSamples, pass);
  std::vector<std::vector<float>> images;
  for (int i = 0; i < kSamples; ++i)
    images.emplace_back(y.begin() + std::ptrdiff_t(i * image.size()),
                        y.begin() + std::ptrdiff_t((i + 1) * image.size()));
  return images;
}

using Images = std::set<std::vector<float>>;
Images of(const std::vector<std::vector<float>>& images) { return {images.begin(), images.end()}; }

const std::vector<float> kImage{1, 2, 3, 4, 5, 6};

}  // namespace

TEST_CASE("Augmentations pass samples on outside training, and draw anew each epoch") {
  const std::vector<std::pair<const char*, Value::Map>> all{
      {"random_flip", {}},
      {"random_translation", {{"height_factor", 0.4}, {"width_factor", 0.4}}},
      {"random_rotation", {{"factor", 0.2}}},
      {"random_zoom", {{"height_factor", 0.3}}},
      {"random_erasing", {}},
      {"gaussian_noise", {{"stddev", 0.5}}}};
  std::vector<float> image(30);
  for (std::size_t i = 0; i < image.size(); ++i) image[i] = float(i + 1);
  for (const auto& [id, params] : all) {
    CAPTURE(id);
    CHECK(of(made(id, params, {1, 5, 6}, image, 0, false)) == Images{image});
    const auto first = made(id, params, {1, 5, 6}, image);
    CHECK(first == made(id, params, {1, 5, 6}, image));
    CHECK(first != made(id, params, {1, 5, 6}, image, 1));
    CHECK(of(first).size() > 1);
  }
}

TEST_CASE("A flip gives the image and its mirrored ones, and no others") {
  CHECK(of(made("random_flip", {{"mode", "horizontal"}}, {1, 2, 3}, kImage)) ==
        Images{kImage, {3, 2, 1, 6, 5, 4}});
  CHECK(of(made("random_flip", {{"mode", "vertical"}}, {1, 2, 3}, kImage)) ==
        Images{kImage, {4, 5, 6, 1, 2, 3}});
  CHECK(of(made("random_flip", {}, {1, 2, 3}, kImage)) ==
        Images{kImage, {3, 2, 1, 6, 5, 4}, {4, 5, 6, 1, 2, 3}, {6, 5, 4, 3, 2, 1}});
}

TEST_CASE("Shifts go down and to the right, and are filled as asked for") {
  const auto shifted = [](double rows, double columns, const char* mode, double value = 0) {
    return made("random_translation",
                {{"height_factor", Value::List{rows, rows}},
                 {"width_factor", Value::List{columns, columns}},
                 {"fill_mode", mode},
                 {"fill_value", value}},
                {1, 1, 4}, {1, 2, 3, 4})[0];
  };
  CHECK(shifted(0, 0.5, "constant", 9) == std::vector<float>{9, 9, 1, 2});
  CHECK(shifted(0, 0.5, "reflect") == std::vector<float>{2, 1, 1, 2});
  CHECK(shifted(0, 0.5, "nearest") == std::vector<float>{1, 1, 1, 2});
  CHECK(shifted(0, 0.5, "wrap") == std::vector<float>{3, 4, 1, 2});
  CHECK(shifted(0, -0.25, "wrap") == std::vector<float>{2, 3, 4, 1});
  CHECK(shifted(0, 0.125, "nearest") == std::vector<float>{1, 1.5f, 2.5f, 3.5f});
}

TEST_CASE("A quarter turn is counter-clockwise, and a zoom out by 1 halves the image") {
  const auto turned = made("random_rotation", {{"factor", Value::List{0.25, 0.25}}}, {1, 3, 3},
                           {1, 2, 3, 4, 5, 6, 7, 8, 9})[0];
  CHECK(distance(turned, std::vector<double>{3, 6, 9, 2, 5, 8, 1, 4, 7}) < 1e-5);
  const auto zoomed =
      made("random_zoom", {{"height_factor", Value::List{1.0, 1.0}}, {"fill_mode", "constant"}},
           {1, 1, 5}, {1, 2, 3, 4, 5})[0];
  CHECK(zoomed == std::vector<float>{0, 1, 3, 5, 0});
}

TEST_CASE("Erasing leaves a rectangle of the share asked for") {
  const std::vector<float> ones(100, 1.0f);
  const Value::Map params{
      {"scale", Value::List{0.24, 0.24}}, {"ratio", Value::List{1.5, 1.5}}, {"fill_value", 7}};
  std::set<std::size_t> starts;
  for (const auto& image : made("random_erasing", params, {1, 10, 10}, ones)) {
    // 6 rows of 4 columns: sqrt(24 · 1.5), sqrt(24 / 1.5).
    CHECK(std::count(image.begin(), image.end(), 7.0f) == 24);
    const std::size_t start =
        std::size_t(std::find(image.begin(), image.end(), 7.0f) - image.begin());
    for (std::size_t r = 0; r < 6; ++r)
      for (std::size_t q = 0; q < 4; ++q) REQUIRE(image[start + r * 10 + q] == 7);
    starts.insert(start);
  }
  CHECK(starts.size() > 10);
  Value::Map rarely = params;
  rarely["rate"] = 0.25;
  int erased = 0;
  for (const auto& image : made("random_erasing", rarely, {1, 10, 10}, ones))
    erased += image != ones;
  CHECK(erased > 1);
  CHECK(erased < 25);
}
