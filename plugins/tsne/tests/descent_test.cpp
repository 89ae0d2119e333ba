#include "descent.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "made_points.h"
#include "start.h"

using namespace pipeline::tsne;

namespace {

Affinities affinities_of(int n, int d, int clusters, double perplexity, Workers& workers) {
  const Neighbours neighbours = nearest_neighbours(
      made_points(n, d, clusters), n, d, std::min(n - 1, int(3 * perplexity + 1)), workers, [] {});
  return Affinities(neighbours, conditional_affinities(neighbours, perplexity, workers, [] {}),
                    workers);
}

/// Positions of the size that a finished map has.
std::vector<float> positions(int n, int dims) {
  std::vector<float> y = made_points(n, dims, 3);
  for (float& value : y) value *= 0.3f;
  return y;
}

}  // namespace

TEST_CASE("divergence and gradient are those of scikit-learn's Barnes-Hut with angle 0") {
  // y = PCA start of x = points(60, 5, 3), times 1e4; P as in affinities_test.cpp;
  // _t_sne._kl_divergence_bh(y.ravel(), P, 1, 60, 2, angle=0.0)
  Workers workers(1);
  const Affinities affinities = affinities_of(60, 5, 3, 8, workers);
  std::vector<float> y = principal_start(made_points(60, 5, 3), 60, 5, 2, workers, [] {});
  for (float& value : y) value *= 1e4f;
  for (Repulsion repulsion : {Repulsion::exact, Repulsion::grid}) {
    DescentSettings settings;
    settings.repulsion = repulsion;
    Descent descent(affinities, settings, y, workers);
    CHECK(descent.final_divergence() == Approx(1.1592823266983032).epsilon(1e-5));
    const Buffer& g = descent.compute_gradient(1);
    const double margin = repulsion == Repulsion::exact ? 1e-7 : 2e-5;
    CHECK(g[0] == Approx(-0.00549499).margin(margin));
    CHECK(g[descent.stride()] == Approx(-0.00096857).margin(margin));
    CHECK(g[1] == Approx(0.00462416).margin(margin));
    CHECK(g[descent.stride() + 1] == Approx(-0.0168091).margin(margin));
  }
}

TEST_CASE("the gradient is the slope of the divergence, in one, two and three dimensions") {
  Workers workers(1);
  const int n = 40;
  const Affinities affinities = affinities_of(n, 4, 3, 5, workers);
  for (int dims : {1, 2, 3}) {
    DescentSettings settings;
    settings.dims = dims;
    const std::vector<float> y = positions(n, dims);
    Descent descent(affinities, settings, y, workers);
    const Buffer& gradient = descent.compute_gradient(1);
    for (std::size_t k = 0; k < y.size(); k += 7) {
      std::vector<float> moved = y;
      double slope = 0;
      for (float step : {0.02f, -0.02f}) {
        moved[k] = y[k] + step;
        slope += (step > 0 ? 1 : -1) *
                 Descent(affinities, settings, moved, workers).final_divergence() / 0.04;
      }
      const std::size_t i = k / std::size_t(dims), c = k % std::size_t(dims);
      CAPTURE(dims, k);
      CHECK(gradient[c * descent.stride() + i] == Approx(slope).margin(3e-5).epsilon(0.01));
    }
  }
}

TEST_CASE("the divergence is the sum of p log(p/q) in doubles") {
  Workers workers(2);
  const int n = 200;
  const Affinities affinities = affinities_of(n, 4, 3, 10, workers);
  for (int dims : {1, 2, 3}) {
    const std::vector<float> y = positions(n, dims);
    const double dof = dims == 3 ? 2 : 1;
    const auto q = [&](int i, int j) {
      double square = 0;
      for (int c = 0; c < dims; ++c)
        square += std::pow(double(y[std::size_t(i * dims + c)]) - y[std::size_t(j * dims + c)], 2);
      return std::pow(1 + square / dof, -(dof + 1) / 2);
    };
    double z = 0, divergence = 0;
    for (int i = 0; i < n; ++i)
      for (int j = 0; j < n; ++j) z += i == j ? 0 : q(i, j);
    const SparseRows rows = affinities.rows();
    for (int i = 0; i < n; ++i)
      for (std::int64_t e = rows.begin[i]; e < rows.begin[i + 1]; ++e)
        if (rows.p[e] > 0) divergence += rows.p[e] * std::log(rows.p[e] * z / q(i, rows.index[e]));
    DescentSettings settings;
    settings.dims = dims;
    Descent descent(affinities, settings, y, workers);
    CHECK(descent.final_divergence() == Approx(divergence).epsilon(1e-6));
  }
}

TEST_CASE("a map that the last step burst has no divergence, in whatever coordinate") {
  Workers workers(1);
  const Affinities affinities = affinities_of(60, 5, 3, 8, workers);
  for (int dims : {1, 2, 3})
    for (int c = 0; c < dims; ++c)
      for (float bad : {NAN, INFINITY, 2e9f}) {
        DescentSettings settings;
        settings.dims = dims;
        std::vector<float> y = positions(60, dims);
        y[std::size_t(17 * dims + c)] = bad;
        CAPTURE(dims, c, bad);
        CHECK_THROWS_WITH(Descent(affinities, settings, y, workers).final_divergence(),
                          Catch::Contains("the map burst"));
      }
}

TEST_CASE("the descent stops where the gradient is small enough, part by part") {
  Workers workers(1);
  const Affinities affinities = affinities_of(60, 5, 3, 8, workers);
  DescentSettings settings;
  settings.min_gradient_norm = 1e9;
  Descent descent(affinities, settings, positions(60, 2), workers);
  while (!descent.finished()) descent.iterate();
  CHECK(descent.iteration() == 2 * Descent::kCheckEvery);
}

TEST_CASE("the descent stops after its iterations, of which 250 may be all") {
  Workers workers(1);
  const Affinities affinities = affinities_of(60, 5, 3, 8, workers);
  for (int iterations : {250, 257, 400}) {
    DescentSettings settings;
    settings.iterations = iterations;
    Descent descent(affinities, settings, positions(60, 2), workers);
    while (!descent.finished()) descent.iterate();
    CHECK(descent.iteration() == iterations);
  }
}

TEST_CASE("a restored descent goes on with the same bits, wherever it was left") {
  Workers workers(1);
  const Affinities affinities = affinities_of(500, 5, 3, 8, workers);
  DescentSettings settings;
  settings.iterations = 400;
  settings.repulsion = Repulsion::grid;
  const std::vector<float> start = random_start(500, 2, 3);
  Descent whole(affinities, settings, start, workers);
  while (!whole.finished()) whole.iterate();
  for (int at : {0, 1, 249, 250, 333}) {
    Descent first(affinities, settings, start, workers);
    while (first.iteration() < at) first.iterate();
    Descent second(affinities, settings, std::vector<float>(1000, 7.f), workers);
    REQUIRE(second.restore(first.state()));
    while (!second.finished()) second.iterate();
    CAPTURE(at);
    CHECK(second.positions() == whole.positions());
    CHECK(second.iteration() == whole.iteration());
  }
}

TEST_CASE("a state of another map, or of nothing, is not taken") {
  Workers workers(1);
  const Affinities affinities = affinities_of(60, 5, 3, 8, workers);
  Descent descent(affinities, {}, positions(60, 2), workers);
  const Affinities other = affinities_of(90, 5, 3, 8, workers);
  CHECK_FALSE(descent.restore(Descent(other, {}, positions(90, 2), workers).state()));
  CHECK_FALSE(descent.restore({}));
  pipeline::Artifact twice = Descent(affinities, {}, positions(60, 2), workers).state();
  twice.arrays["order"] = pipeline::Array::of(std::vector<std::int32_t>(60, 1));
  CHECK_FALSE(descent.restore(twice));
  CHECK(descent.positions() == positions(60, 2));
}
