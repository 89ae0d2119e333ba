#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "every_kernels.h"
#include "made_points.h"
#include "pipeline/testing.h"

using namespace pipeline;
using pipeline::testing::Components;
using pipeline::testing::StageRun;
using tsne::made_points;

namespace {

struct Result {
  std::vector<float> embedding;
  Shape shape;
  double divergence;
  std::int64_t iterations;
};

Result result_of(std::map<std::string, Artifact> out) {
  const Array embedding = out.at("embedding").arrays.at("");
  const auto values = embedding.view<float>();
  return {{values.begin(), values.end()},
          embedding.shape(),
          out.at("kl_divergence").arrays.at("").view<double>()[0],
          out.at("n_iter").arrays.at("").view<std::int64_t>()[0]};
}

Result embed(const std::vector<float>& x, int n, const Value::Map& params, int threads = 1) {
  Components components;
  StageRun run(components, "tsne", params);
  run.input("x", Array::of(x, {n, std::int64_t(x.size()) / n})).threads(threads);
  return result_of(run.run());
}

void require_finite(const Result& result) {
  for (float value : result.embedding) REQUIRE(std::isfinite(value));
  REQUIRE(std::isfinite(result.divergence));
}

/// Venna and Kaski's trustworthiness, as in sklearn.manifold.trustworthiness with 5 neighbours.
double trustworthiness(const std::vector<float>& x, const std::vector<float>& y, int n) {
  const auto order = [n](const std::vector<float>& points, int i) {
    const std::size_t d = points.size() / std::size_t(n);
    std::vector<std::pair<double, int>> others;
    for (int j = 0; j < n; ++j) {
      double square = 0;
      for (std::size_t f = 0; f < d; ++f)
        square +=
            std::pow(double(points[std::size_t(i) * d + f]) - points[std::size_t(j) * d + f], 2);
      if (j != i) others.emplace_back(square, j);
    }
    std::sort(others.begin(), others.end());
    return others;
  };
  constexpr int k = 5;
  double penalty = 0;
  for (int i = 0; i < n; ++i) {
    const auto in = order(x, i), out = order(y, i);
    std::vector<int> rank(std::size_t(n), 0);
    for (std::size_t r = 0; r < in.size(); ++r) rank[std::size_t(in[r].second)] = int(r) + 1;
    for (std::size_t e = 0; e < k; ++e)
      penalty += std::max(0, rank[std::size_t(out[e].second)] - k);
  }
  return 1 - penalty * 2 / (double(n) * k * (2.0 * n - 3 * k - 1));
}

}  // namespace

// scikit-learn 1.2.1's TSNE(dims, random_state=0) on points(1000, 10, 8) of made_points.h, the
// exact divergence of its map over _joint_probabilities_nn: 1.0489, 0.7904, 0.6537 for 1, 2 and 3
// dimensions; trustworthiness 0.9673, 0.9883, 0.9938.
TEST_CASE("maps are as good as scikit-learn's") {
  const std::vector<float> x = made_points(1000, 10, 8);
  for (const char* method : {"auto", "fft"}) {
    const Result result = embed(x, 1000, {{"method", method}});
    CAPTURE(method);
    CHECK(result.shape == Shape{1000, 2});
    CHECK(result.iterations == 1000);
    CHECK(result.divergence < 0.7904 * 1.02);
    CHECK(trustworthiness(x, result.embedding, 1000) > 0.9883 - 0.002);
  }
}

TEST_CASE("maps of one and of three dimensions are as good as scikit-learn's") {
  const std::vector<float> x = made_points(1000, 10, 8);
  const Result line = embed(x, 1000, {{"n_components", 1}});
  CHECK(line.shape == Shape{1000, 1});
  CHECK(line.divergence < 1.0489 * 1.02);
  const Result space = embed(x, 1000, {{"n_components", 3}});
  CHECK(space.shape == Shape{1000, 3});
  CHECK(space.divergence < 0.6537 * 1.02);
  CHECK(trustworthiness(x, space.embedding, 1000) > 0.9938 - 0.002);
}

// TSNE(random_state=5, init='random') on the same points: 0.7939.
TEST_CASE("maps from a random start are as good as scikit-learn's") {
  const Result result =
      embed(made_points(1000, 10, 8), 1000, {{"init", "random"}, {"random_state", 5}});
  CHECK(result.divergence < 0.7939 * 1.02);
}

// TSNE(random_state=0, method='exact', perplexity=20) on points(300, 5, 4): 0.46401.
TEST_CASE("exact maps are as good as scikit-learn's exact maps") {
  const Result result =
      embed(made_points(300, 5, 4), 300, {{"method", "exact"}, {"perplexity", 20}});
  CHECK(result.divergence < 0.46401 * 1.02);
}

TEST_CASE("a map has the same bits with any number of threads and either instruction set") {
  const std::vector<float> x = made_points(500, 12, 6);
  const std::pair<const char*, int> maps[] = {
      {"fft", 2}, {"exact", 2}, {"auto", 1}, {"auto", 2}, {"auto", 3}};
  for (const auto& [method, dims] : maps) {
    const Value::Map params = {{"method", method}, {"n_components", dims}, {"n_iter", 280}};
    const auto map = [&](const tsne::Kernels* kernels, int threads) {
      const tsne::KernelsInUse in_use(kernels);
      return embed(x, 500, params, threads);
    };
    const Result expected = map(tsne::every_kernels().front(), 1);
    for (const tsne::Kernels* kernels : tsne::every_kernels())
      for (int threads : {1, 2, 4}) {
        const Result result = map(kernels, threads);
        CAPTURE(method, dims, tsne::name_of(kernels), threads);
        CHECK(result.embedding == expected.embedding);
        CHECK(result.divergence == expected.divergence);
      }
  }
}

TEST_CASE("a stopped run goes on from its checkpoint to the same bits") {
  const std::vector<float> x = made_points(300, 6, 4);
  const Value::Map params = {{"n_iter", 500}, {"method", "fft"}};
  const Result expected = embed(x, 300, params);
  Components components;
  for (int at : {10, 240, 250, 260, 490}) {
    StageRun run(components, "tsne", params);
    run.input("x", Array::of(x, {300, 6})).cancel_after(at);
    CHECK_THROWS_AS(run.run(), Cancelled);
    REQUIRE(run.checkpoint());
    run.cancel_after(-1);
    CAPTURE(at);
    CHECK(result_of(run.run()).embedding == expected.embedding);
  }
}

TEST_CASE("a map is extended to the bits of one of more iterations at once") {
  const std::vector<float> x = made_points(300, 6, 4);
  Components components;
  const auto run = [&](int iterations, Value::Map params) {
    params["n_iter"] = iterations;
    StageRun run(components, "tsne", params);
    run.input("x", Array::of(x, {300, 6}));
    return run;
  };
  const Value::Map grid = {{"method", "fft"}}, stops = {{"n_iter_without_progress", 20}},
                   line = {{"n_components", 1}};
  // At the end of early exaggeration, between two looks at the progress, and at one.
  for (int shorter : {250, 251, 333, 350})
    for (const Value::Map& params : {grid, stops, line}) {
      CAPTURE(shorter, Value(params).to_json());
      const Result at_once = result_of(run(520, params).run());
      StageRun first = run(shorter, params), second = run(460, params), third = run(520, params);
      first.run();
      second.checkpoint(first.checkpoint()).run();
      const Result extended = result_of(third.checkpoint(second.checkpoint()).run());
      CHECK(extended.embedding == at_once.embedding);
      CHECK(extended.divergence == at_once.divergence);
      CHECK(extended.iterations == at_once.iterations);
    }
}

TEST_CASE("a map that has converged is not moved by more iterations") {
  const std::vector<float> x = made_points(300, 6, 4);
  Components components;
  const Value::Map params = {{"min_grad_norm", 1e-2}};
  const auto run = [&](int iterations) {
    Value::Map with = params;
    with["n_iter"] = iterations;
    StageRun run(components, "tsne", with);
    run.input("x", Array::of(x, {300, 6}));
    return run;
  };
  StageRun shorter = run(1000), longer = run(2000);
  const Result converged = result_of(shorter.run());
  CHECK(converged.iterations < 1000);
  const Result extended = result_of(longer.checkpoint(shorter.checkpoint()).run());
  CHECK(extended.embedding == converged.embedding);
  CHECK(extended.iterations == converged.iterations);
}

TEST_CASE("points that are few, the same, or twice there, make a map all the same") {
  require_finite(embed({1, 2, 3, 4}, 2, {{"perplexity", 1}, {"n_iter", 300}}));
  require_finite(embed({1, 2, 3, 4, 5, 9}, 3, {{"perplexity", 1.5}, {"n_iter", 300}}));
  require_finite(embed(std::vector<float>(60, 3.f), 20, {{"perplexity", 5}}));
  require_finite(embed(std::vector<float>(60, 0.f), 20, {{"perplexity", 5}, {"method", "fft"}}));
  std::vector<float> twice = made_points(40, 3, 2);
  twice.insert(twice.end(), twice.begin(), twice.end());
  require_finite(embed(twice, 80, {{"perplexity", 5}}));
  std::vector<float> constant = made_points(40, 3, 2);
  for (std::size_t i = 0; i < constant.size(); i += 3) constant[i] = 7;
  require_finite(embed(constant, 40, {{"perplexity", 39.5}}));
  require_finite(embed(constant, 40, {{"perplexity", 0.01}, {"method", "fft"}}));
}

TEST_CASE("a map does not depend on the points' scale, even where squares would overflow") {
  const std::vector<float> x = made_points(60, 4, 3);
  const Value::Map params = {{"perplexity", 8}, {"n_iter", 300}};
  std::vector<float> large = x, small = x;
  for (float& value : large) value *= 1.2676506e30f;  // 2^100
  for (float& value : small) value *= 7.8886091e-31f;
  const Result a = embed(large, 60, params), b = embed(small, 60, params);
  require_finite(a);
  CHECK(a.embedding == b.embedding);
}

TEST_CASE("one column makes a map from a random start, or of one dimension") {
  const std::vector<float> x = made_points(40, 1, 2);
  require_finite(embed(x, 40, {{"perplexity", 5}, {"init", "random"}}));
  require_finite(embed(x, 40, {{"perplexity", 5}, {"n_components", 1}}));
}

TEST_CASE("what cannot be mapped is said before or when it runs") {
  const auto complaint = [](const std::vector<float>& x, std::int64_t n,
                            const Value::Map& params) -> std::string {
    Components components;
    try {
      StageRun run(components, "tsne", params);
      run.input("x", Array::of(x, {n, n == 0 ? 3 : std::int64_t(x.size()) / n}));
      run.run();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const std::vector<float> x = made_points(20, 3, 2);
  CHECK(
      complaint(x, 20, {}) ==
      "parameter 'perplexity' must be less than the number of points, 20, got 30; set a lower one");
  CHECK(complaint({}, 0, {}) == "t-SNE needs at least 2 points, got 0");
  CHECK(complaint({1, 2, 3}, 1, {{"perplexity", 0.5}}) == "t-SNE needs at least 2 points, got 1");
  CHECK(complaint(made_points(40, 1, 2), 40, {}) ==
        "init 'pca' needs at least as many columns as n_components, 2, but x has 1; set init: "
        "random");
  CHECK(complaint(x, 20, {{"perplexity", 5}, {"method", "fft"}, {"n_components", 3}}) ==
        "method 'fft' makes maps of 2 dimensions, but n_components is 3; set method: auto");
  std::vector<float> bad = x;
  bad[3 * 7 + 1] = NAN;
  CHECK(
      complaint(bad, 20, {{"perplexity", 5}}) ==
      "x has NaN in row 7, column 1; t-SNE needs finite values: leave such rows out, or repair the "
      "stage that x comes from");
  bad[3 * 7 + 1] = INFINITY;
  CHECK(complaint(bad, 20, {{"perplexity", 5}}) ==
        "x has an infinite value in row 7, column 1; t-SNE needs finite values: leave such rows "
        "out, or repair the stage that x comes from");
  CHECK(complaint(x, 20, {{"perplexity", 5}, {"learning_rate", 1e30}}) ==
        "the map burst: its points flew apart without end; set a lower learning_rate");
  CHECK_THAT(complaint(x, 20, {{"learning_rate", 0}}),
             Catch::Contains("'learning_rate' must be above 0, got 0"));
  CHECK_THAT(complaint(x, 20, {{"learning_rate", "fast"}}),
             Catch::Contains("'learning_rate' must be 'auto' or a number, got the string 'fast'"));
}
