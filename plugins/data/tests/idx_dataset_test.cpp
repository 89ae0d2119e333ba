#include "files.h"

using namespace pipeline;
using namespace pipeline::data;
using testing::StageRun;

namespace {

testing::Components components;

const char* const kFashion = "/usr/share/datasets/fashion-mnist/";

Value::Map four_files(const std::string& folder) {
  return {{"train_images", folder + "train-images-idx3-ubyte"},
          {"train_labels", folder + "train-labels-idx1-ubyte"},
          {"test_images", folder + "t10k-images-idx3-ubyte"},
          {"test_labels", folder + "t10k-labels-idx1-ubyte"}};
}

// Two training images of 1×2 and one test image, with labels.
Value::Map small_set(const TempFolder& folder) {
  const auto images = [](int n) { return bytes({0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 1, 0, 0, 0, 2}); };
  const auto labels = [](int n) { return bytes({0, 0, 8, 1, 0, 0, 0, n}); };
  folder.write("train-images-idx3-ubyte", images(3) + bytes({0, 51, 255, 1, 2, 3}));
  folder.write("train-labels-idx1-ubyte", labels(3) + bytes({7, 2, 1}));
  folder.write("t10k-images-idx3-ubyte.gz", gzip(images(1) + bytes({102, 0})));
  folder.write("t10k-labels-idx1-ubyte.gz", gzip(labels(1) + bytes({9})));
  return four_files(folder.path().string() + "/");
}

/// Of the pixels as bytes.
std::int64_t sum_of_pixels(const Array& images) {
  std::int64_t sum = 0;
  for (const float x : images.view<float>()) sum += std::lround(x * 255);
  return sum;
}

void check_files(const std::string& folder, std::int64_t train_sum, std::int64_t test_sum,
                 const std::vector<std::uint8_t>& first_test_labels) {
  Value::Map params = four_files(folder);
  params["every"] = 10;
  StageRun run(components, "data.idx_dataset", params);
  CHECK(run.preflight().at("train_images").shape == Shape{6000, 1, 28, 28});
  const auto outputs = run.run();
  const auto array = [&](const char* port) { return outputs.at(port).arrays.at(""); };
  CHECK(array("train_labels").shape() == Shape{6000});
  CHECK(array("test_images").shape() == Shape{10000, 1, 28, 28});
  CHECK(sum_of_pixels(array("train_images")) == train_sum);
  CHECK(sum_of_pixels(array("test_images")) == test_sum);
  auto labels = values<std::uint8_t>(array("test_labels"));
  labels.resize(first_test_labels.size());
  CHECK(labels == first_test_labels);
}

}  // namespace

TEST_CASE("Four IDX files give labelled images in [0, 1], channels first") {
  const TempFolder folder;
  Value::Map params = small_set(folder);
  params["every"] = 2;
  StageRun run(components, "data.idx_dataset", params);
  const auto outputs = run.run();
  const auto array = [&](const char* port) { return outputs.at(port).arrays.at(""); };
  CHECK(array("train_images").shape() == Shape{2, 1, 1, 2});
  CHECK(values<float>(array("train_images")) ==
        std::vector<float>{0, 51 / 255.0f, 2 / 255.0f, 3 / 255.0f});
  CHECK(values<std::uint8_t>(array("train_labels")) == std::vector<std::uint8_t>{7, 1});
  CHECK(values<float>(array("test_images")) == std::vector<float>{102 / 255.0f, 0});
  CHECK(values<std::uint8_t>(array("test_labels")) == std::vector<std::uint8_t>{9});
}

TEST_CASE("Files that do not belong together are refused in preflight") {
  const TempFolder folder;
  const auto message = [&](Value::Map params) {
    return message_of([&] { StageRun(components, "data.idx_dataset", params).preflight(); });
  };
  const std::string labels = quoted(folder.path() / "train-labels-idx1-ubyte");
  Value::Map params = small_set(folder);
  params["test_labels"] = params["train_labels"];
  CHECK(message(params) == labels + " holds 3 values; expected 1 labels, one an image of " +
                               quoted(folder.path() / "t10k-images-idx3-ubyte.gz"));
  params["train_images"] = params["train_labels"];
  CHECK(message(params) == labels + " holds 3 values; expected images: rows × height × width");
}

// The sums and labels below: numpy on the files' bytes, a[::10].sum() and labels[:6].
TEST_CASE("Fashion-MNIST is read as numpy reads it") {
  if (!std::filesystem::exists(kFashion)) return;
  check_files(kFashion, 339903892, 573469082, {9, 2, 1, 1, 6, 1});
}

TEST_CASE("MNIST is read as numpy reads it") {
  const char* source = std::getenv("PIPELINE_SOURCE_DIR");
  if (!source) return;
  const std::string folder = std::string(source) + "/../shared/data/mnist/";
  if (!std::filesystem::exists(folder)) return;
  check_files(folder, 147636365, 264923200, {7, 2, 1, 0, 4, 1});
}
