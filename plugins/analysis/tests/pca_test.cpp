#include "stages.h"

using namespace pipeline;
using namespace pipeline::analysis;
using testing::StageRun;

namespace {

std::string early(const Value::Map& params, Shape fit, Shape inverse = {}) {
  StageRun run(components(), "decomposition.pca", params);
  run.input("fit", Array::zeros<float>(fit));
  if (!inverse.empty()) run.input("inverse", Array::zeros<float>(inverse));
  return message_of([&] { run.preflight(); });
}

}  // namespace

TEST_CASE("Samples on a line have one component, along the line") {
  StageRun run(components(), "decomposition.pca", {});
  run.input("fit", Array::of<double>({1, 1, 4, 5, 7, 9}, {3, 2}));
  const auto outputs = run.run();
  const auto doubles = [&](const char* port) {
    return values<double>(outputs.at(port).arrays.at(""));
  };
  CHECK(doubles("mean") == std::vector<double>{4, 5});
  const std::vector<double> expected = {-5, 0, 0, 0, 5, 0};
  for (std::size_t i = 0; i < 6; ++i)
    CHECK(std::abs(doubles("fit")[i]) == Approx(std::abs(expected[i])).margin(1e-14));
  CHECK(doubles("explained_variance")[0] == Approx(25));
  CHECK(doubles("explained_variance_ratio")[0] == Approx(1));
}

TEST_CASE("Components that cannot be are refused before the run") {
  CHECK(early({{"n_components", 4}}, {5, 3}) ==
        "parameter 'n_components' is 4; 5 samples of 3 features have 1 to 3 components (a share of "
        "the variance is below 1)");
  CHECK(early({{"n_components", 1.5}}, {5, 3}) ==
        "parameter 'n_components' is 1.5; 5 samples of 3 features have 1 to 3 components (a share "
        "of the variance is below 1)");
  CHECK(early({}, {1, 3}) == "input 'fit' must have at least 2 samples, got 1");
  CHECK(early({{"n_components", 2}}, {5, 3}, {4, 3}) ==
        "input 'inverse' has 3 coordinates a row, and there are 2 components");
}

TEST_CASE("What has no variance is not whitened") {
  StageRun run(components(), "decomposition.pca", {{"whiten", true}});
  run.input("fit", Array::of<float>({1, 2, 1, 2, 1, 2}, {3, 2}));
  CHECK(message_of([&] { run.run(); }) ==
        "component 0 has no variance, by which whitening divides; set n_components to fewer");
}
