#include <algorithm>
#include <cmath>
#include <set>

#include "canvas.h"
#include "files.h"
#include "sample_random.h"

using namespace pipeline;
using namespace pipeline::data;
using testing::StageRun;

namespace {

testing::Components components;

struct Drawn {
  std::vector<float> train, test;
  std::vector<std::uint8_t> train_labels, test_labels;
};

Drawn draw(const Value::Map& params) {
  StageRun run(components, "data.digits", params);
  const auto outputs = run.run();
  const auto array = [&](const char* port) { return outputs.at(port).arrays.at(""); };
  return {values<float>(array("train_images")), values<float>(array("test_images")),
          values<std::uint8_t>(array("train_labels")), values<std::uint8_t>(array("test_labels"))};
}

/// Share of test images whose nearest mean image of a class is that of their own.
double share_recognised(const Drawn& drawn) {
  const std::size_t pixels = drawn.train.size() / drawn.train_labels.size();
  std::vector<double> means(10 * pixels), counts(10);
  for (std::size_t i = 0; i < drawn.train_labels.size(); ++i) {
    counts[drawn.train_labels[i]] += 1;
    for (std::size_t p = 0; p < pixels; ++p)
      means[drawn.train_labels[i] * pixels + p] += drawn.train[i * pixels + p];
  }
  int right = 0;
  for (std::size_t i = 0; i < drawn.test_labels.size(); ++i) {
    std::vector<double> distances(10);
    for (std::size_t digit = 0; digit < 10; ++digit)
      for (std::size_t p = 0; p < pixels; ++p)
        distances[digit] +=
            std::pow(means[digit * pixels + p] / counts[digit] - drawn.test[i * pixels + p], 2);
    right += std::min_element(distances.begin(), distances.end()) - distances.begin() ==
             drawn.test_labels[i];
  }
  return right / double(drawn.test_labels.size());
}

}  // namespace

// Random123's own known answers (tests/kat_vectors): philox4x32 10, counter 0 and key 0, and
// counter ffffffff and key ffffffff.
TEST_CASE("The draws are Philox's") {
  SampleRandom zeros(0, 0, 0);
  for (const std::uint32_t word : {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u})
    CHECK(zeros.word() == word);
  r123::Philox4x32 philox;
  const auto ones = philox({{~0u, ~0u, ~0u, ~0u}}, {{~0u, ~0u}});
  CHECK(ones[0] == 0x408f276du);
  CHECK(ones[3] == 0x6d5451fdu);
}

TEST_CASE("Uniform and bell-shaped draws have their mean, spread and bounds") {
  SampleRandom random(7, 1, 3);
  double sum = 0, squares = 0;
  for (int i = 0; i < 100000; ++i) {
    const double bell = random.bell(1);
    REQUIRE(std::abs(bell) < 1);
    sum += bell, squares += bell * bell;
    const int digit = random.below(10);
    REQUIRE((digit >= 0 && digit < 10));
  }
  CHECK(sum / 1e5 == Approx(0).margin(0.005));
  CHECK(squares / 1e5 == Approx(1 / 6.0).epsilon(0.02));
}

TEST_CASE("A line covers pixels by their distance from it") {
  Canvas canvas(8);
  const Point ends[] = {{2.5, 4}, {5.5, 4}};
  canvas.line(ends);
  std::vector<float> pixels(64);
  canvas.ink(0.9, pixels);
  const auto at = [&](int x, int y) { return pixels[std::size_t(y * 8 + x)]; };
  CHECK(at(3, 3) == Approx(0.9));                                 // half a pixel above
  CHECK(at(3, 4) == Approx(0.9));                                 // and below
  CHECK(at(3, 2) == 0);                                           // one and a half
  CHECK(at(2, 3) == Approx(0.9));                                 // at the end
  CHECK(at(1, 3) == Approx(1.4 - std::sqrt(1.25)).margin(1e-6));  // beyond it: a round end
  CHECK(at(0, 0) == 0);
}

TEST_CASE("Images lie in [0, 1] and have the shapes that preflight says") {
  StageRun run(components, "data.digits", {{"train", 30}, {"test", 20}, {"size", 16}});
  const auto specs = run.preflight();
  CHECK(specs.at("train_images").shape == Shape{30, 1, 16, 16});
  CHECK(specs.at("test_labels").shape == Shape{20});
  CHECK(specs.at("test_labels").dtype == DType::u8);
  const auto outputs = run.run();
  for (const float x : values<float>(outputs.at("train_images").arrays.at("")))
    REQUIRE((x >= 0 && x <= 1));
}

TEST_CASE("An image depends on seed and index alone") {
  const Drawn few = draw({{"train", 50}, {"test", 10}});
  const Drawn many = draw({{"train", 70}, {"test", 40}});
  CHECK(std::equal(few.train.begin(), few.train.end(), many.train.begin()));
  CHECK(std::equal(few.test.begin(), few.test.end(), many.test.begin()));
  CHECK_FALSE(std::equal(few.test.begin(), few.test.end(), few.train.begin()));
  CHECK(draw({{"train", 50}, {"test", 10}, {"seed", 1}}).train != few.train);
}

TEST_CASE("The ten digits are all there, and look like what their labels say") {
  const Drawn drawn = draw({{"train", 3000}, {"test", 500}});
  std::vector<int> counts(10);
  for (const std::uint8_t label : drawn.train_labels) ++counts.at(label);
  for (const int count : counts) CHECK(count > 240);
  // MNIST's test images: 0.82 (sklearn's NearestCentroid)
  CHECK(share_recognised(drawn) > 0.8);
}

TEST_CASE("A digit is the same at another size, and stays inside") {
  const Drawn small = draw({{"train", 100}, {"test", 1}});
  const Drawn large = draw({{"train", 100}, {"test", 1}, {"size", 56}});
  double difference = 0, rim = 0;
  for (std::size_t i = 0; i < 100; ++i)
    for (std::size_t y = 0; y < 28; ++y)
      for (std::size_t x = 0; x < 28; ++x) {
        const float* corner = &large.train[i * 56 * 56 + 2 * y * 56 + 2 * x];
        const float mean = (corner[0] + corner[1] + corner[56] + corner[57]) / 4;
        const float pixel = small.train[i * 28 * 28 + y * 28 + x];
        difference += std::abs(mean - pixel);
        if (x % 27 == 0 || y % 27 == 0) rim = std::max<double>(rim, pixel);
      }
  CHECK(difference / (100 * 28 * 28) < 0.01);
  CHECK(rim < 0.5);
}

TEST_CASE("Drawing stops when it is cancelled") {
  StageRun run(components, "data.digits", {{"train", 1000}, {"test", 1000}});
  run.cancel_after(512);
  CHECK_THROWS_AS(run.run(), Cancelled);
}
