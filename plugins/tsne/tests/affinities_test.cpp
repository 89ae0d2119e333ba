#include "affinities.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "buffer.h"
#include "every_kernels.h"
#include "made_points.h"

using namespace pipeline::tsne;

// Expected values: scikit-learn 1.2.1, with points() of made_points.h:
//   x = points(60, 5, 3)
//   d = NearestNeighbors(n_neighbors=25).fit(x).kneighbors_graph(mode='distance'); d.data **= 2
//   P = _t_sne._joint_probabilities_nn(d, 8, 0)
//   exact = squareform(_t_sne._joint_probabilities(pairwise_distances(x, squared=True), 8, 0))

namespace {

Neighbours neighbours_of(const std::vector<float>& x, int n, int d, int k) {
  Workers workers(1);
  return nearest_neighbours(x, n, d, k, workers, [] {});
}

Affinities affinities_of(int k, int threads = 1) {
  Workers workers(threads);
  const Neighbours neighbours = neighbours_of(made_points(60, 5, 3), 60, 5, k);
  return Affinities(neighbours, conditional_affinities(neighbours, 8, workers, [] {}), workers);
}

std::map<int, float> row(const Affinities& affinities, int i) {
  const SparseRows rows = affinities.rows();
  std::map<int, float> out;
  for (std::int64_t e = rows.begin[i]; e < rows.begin[i + 1]; ++e)
    if (rows.p[e] > 0) out[rows.index[e]] = rows.p[e];
  return out;
}

double perplexity_of(const float* p, int k) {
  double entropy = 0;
  for (int i = 0; i < k; ++i)
    if (p[i] > 0) entropy -= p[i] * std::log(double(p[i]));
  return std::exp(entropy);
}

}  // namespace

TEST_CASE("joint affinities of nearest neighbours are scikit-learn's") {
  const Affinities affinities = affinities_of(25);
  std::map<int, float> p = row(affinities, 7);
  CHECK(p[1] == Approx(2.5368385670889808e-05).epsilon(1e-5));
  CHECK(p[2] == Approx(1.1739177652695434e-05).epsilon(1e-5));
  CHECK(p[4] == Approx(8.066605448832263e-06).epsilon(1e-5));
  CHECK(p[5] == Approx(7.379847410338195e-05).epsilon(1e-5));
  CHECK(p[10] == Approx(0.00027834604695868646).epsilon(1e-5));
  CHECK(p[11] == Approx(6.137479878459641e-05).epsilon(1e-5));
  CHECK(p.count(7) == 0);
}

TEST_CASE("joint affinities of all pairs are scikit-learn's") {
  const Affinities affinities = affinities_of(59);
  std::map<int, float> p = row(affinities, 7);
  CHECK(p[1] == Approx(2.52013534e-05).epsilon(1e-5));
  CHECK(p[4] == Approx(8.03624127e-06).epsilon(1e-5));
  CHECK(p[5] == Approx(7.34403260e-05).epsilon(1e-5));
}

TEST_CASE("joint affinities are symmetric, sum to one, and know their entropy") {
  const Affinities affinities = affinities_of(25, 2);
  double sum = 0, entropy = 0;
  for (int i = 0; i < 60; ++i)
    for (const auto& [j, p] : row(affinities, i)) {
      sum += p;
      entropy += p * std::log(double(p));
      CHECK(row(affinities, j)[i] == p);
    }
  CHECK(sum == Approx(1).epsilon(1e-6));
  CHECK(affinities.total() == Approx(sum).epsilon(1e-12));
  CHECK(affinities.negative_entropy() == Approx(entropy).epsilon(1e-12));
}

TEST_CASE("each point has the perplexity that was asked for, whatever the distances' scale") {
  for (float scale : {1e-6f, 1.f, 1e6f}) {
    std::vector<float> x = made_points(80, 4, 2);
    for (float& value : x) value *= scale;
    const Neighbours neighbours = neighbours_of(x, 80, 4, 40);
    Workers workers(1);
    for (double perplexity : {1.5, 12.0, 35.0}) {
      const auto p = conditional_affinities(neighbours, perplexity, workers, [] {});
      for (int i = 0; i < 80; ++i)
        CHECK(perplexity_of(p.data() + i * 40, 40) == Approx(perplexity).epsilon(3e-5));
    }
  }
}

TEST_CASE("points that are all the same are equally near each other") {
  const Neighbours neighbours = neighbours_of(std::vector<float>(40, 3.f), 20, 2, 10);
  Workers workers(1);
  for (float p : conditional_affinities(neighbours, 5, workers, [] {})) CHECK(p == Approx(0.1));
}

TEST_CASE("a perplexity below what duplicates allow, or of hardly one, stays finite") {
  std::vector<float> x = made_points(30, 3, 2);
  for (std::size_t i = 0; i < 30; ++i) x[i] = x[i % 3];  // ten points in one place
  const Neighbours neighbours = neighbours_of(x, 30, 3, 12);
  Workers workers(1);
  for (double perplexity : {0.1, 1.0, 3.0}) {
    const auto p = conditional_affinities(neighbours, perplexity, workers, [] {});
    for (int i = 0; i < 30; ++i) {
      double sum = 0;
      for (int j = 0; j < 12; ++j) sum += p[std::size_t(i * 12 + j)];
      CHECK(sum == Approx(1).epsilon(1e-6));
    }
  }
}

TEST_CASE("Gaussian weights and their sums are those of doubles") {
  for (const Kernels* kernels : every_kernels())
    for (std::size_t n : {16, 32, 96, 160})
      for (float beta : {0.f, 1e-6f, 0.3f, 7.f, 1e30f}) {
        Buffer squared(n), weight(n);
        for (std::size_t i = 0; i < n; ++i) squared[i] = float(i * i % 97) * 0.21f;
        squared[n - 1] = 1e38f;  // fills
        float sum = 0, weighted = 0;
        kernels->gaussian(squared.data(), n, beta, weight.data(), &sum, &weighted);
        double expected_sum = 0, expected_weighted = 0;
        for (std::size_t i = 0; i < n; ++i) {
          const double w = std::exp(-double(beta * squared[i]));
          CAPTURE(name_of(kernels), n, beta, squared[i]);
          CHECK(weight[i] == Approx(w).epsilon(1e-6).margin(1e-37));
          expected_sum += w;
          expected_weighted += w * double(squared[i]);
        }
        if (beta == 0) continue;  // then what fills counts as well
        CHECK(sum == Approx(expected_sum).epsilon(1e-6));
        CHECK(weighted == Approx(expected_weighted).epsilon(1e-6));
      }
}
