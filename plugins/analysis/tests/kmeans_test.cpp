#include "kmeans_start.h"
#include "stages.h"

using namespace pipeline;
using namespace pipeline::analysis;
using testing::StageRun;

namespace {

Array made(Shape shape, std::uint64_t seed = 1) {
  return Array::of(made_numbers<float>(std::size_t(elements(shape)), seed), shape);
}

std::string early(const Value::Map& params, Array fit, Array centers = Array()) {
  StageRun run(components(), "cluster.kmeans", params);
  run.input("fit", fit);
  if (centers.data()) run.input("centers", centers);
  return message_of([&] { run.preflight(); });
}

}  // namespace

// r = numpy.random.RandomState(5): r.randint(10), r.randint(300), r.random_sample() twice
TEST_CASE("Draws are numpy's") {
  Draws draws(5);
  CHECK(draws.below(10) == 3);
  CHECK(draws.below(300) == 206);
  CHECK(draws.uniform() == 0.8707323061773764);
  CHECK(draws.uniform() == 0.20671915533942642);
  CHECK(draws.below(1) == 0);
}

TEST_CASE("Given centres move to the means of their samples") {
  StageRun run(components(), "cluster.kmeans", {});
  run.input("fit", Array::of<double>({0, 1, 10, 11, 12}, {5, 1}));
  run.input("centers", Array::of<double>({0, 1}, {2, 1}));
  run.input("x", Array::of<double>({5, 6}, {2, 1}));
  const auto outputs = run.run();
  const auto array = [&](const char* port) { return outputs.at(port).arrays.at(""); };
  CHECK(values<std::int64_t>(array("labels")) == std::vector<std::int64_t>{0, 0, 1, 1, 1});
  CHECK(values<double>(array("centers")) == std::vector<double>{0.5, 11});
  CHECK(values<std::int64_t>(array("x_labels")) == std::vector<std::int64_t>{0, 1});
  CHECK(values<double>(array("inertia"))[0] == 2.5);
}

TEST_CASE("Clusters that cannot be are refused before the run") {
  const Array five = made({5, 2});
  CHECK(early({}, five) == "there are to be 8 clusters, and input 'fit' has 5 samples");
  CHECK(early({{"n_clusters", 2}}, five, made({3, 2})) ==
        "parameter 'n_clusters' is 2, and input 'centers' has 3 rows");
  CHECK(early({}, five, made({3, 4})) ==
        "input 'centers' has samples of 4 features, and fit of 2: they must be alike");
}

TEST_CASE("Samples that are equal leave clusters empty, and the log says so") {
  StageRun run(components(), "cluster.kmeans", {{"n_clusters", 3}});
  run.input("fit", Array::of<float>({1, 1, 1, 5, 5}, {5, 1}));
  run.run();
  REQUIRE(run.log().size() == 1);
  CHECK(run.log()[0] == "only 2 of the 3 clusters have samples: fit has too many that are equal");
}
