#include "start.h"

#include <atomic>
#include <catch2/catch.hpp>

#include "made_points.h"
#include "pipeline/error.h"

using namespace pipeline::tsne;

// Expected values: scikit-learn 1.2.1 and NumPy 1.24.2, with x = points(60, 5, 3) of made_points.h:
//   y = PCA(2, svd_solver='full').fit_transform(x.astype(float)); y / np.std(y[:, 0]) * 1e-4
//   1e-4 * np.random.RandomState(11).standard_normal((60, 2)).astype(np.float32)

TEST_CASE("the start from principal components is scikit-learn's, signs included") {
  for (int threads : {1, 2}) {
    Workers workers(threads);
    const std::vector<float> y = principal_start(made_points(60, 5, 3), 60, 5, 2, workers, [] {});
    CHECK(y[0] == Approx(1.42786774e-04).epsilon(1e-5));
    CHECK(y[1] == Approx(-2.25948269e-06).epsilon(1e-4));
    CHECK(y[2] == Approx(-5.61985167e-05).epsilon(1e-5));
    CHECK(y[3] == Approx(9.37000938e-05).epsilon(1e-5));
    CHECK(y[118] == Approx(-8.58455112e-05).epsilon(1e-5));
    CHECK(y[119] == Approx(-5.68395995e-05).epsilon(1e-5));
  }
}

TEST_CASE("the start from principal components is the same by the covariance and by the points") {
  // Features beyond the 5 are zero; above 1024 there is no covariance matrix.
  const std::vector<float> x = made_points(60, 5, 3);
  std::vector<float> wide(60 * 1100, 0.f);
  for (std::size_t i = 0; i < 60; ++i)
    for (std::size_t f = 0; f < 5; ++f) wide[i * 1100 + f * 200] = x[i * 5 + f];
  Workers workers(1);
  const std::vector<float> y = principal_start(x, 60, 5, 2, workers, [] {});
  const std::vector<float> z = principal_start(wide, 60, 1100, 2, workers, [] {});
  for (std::size_t i = 0; i < y.size(); ++i) CHECK(z[i] == Approx(y[i]).margin(1e-9));
}

TEST_CASE("points without any spread have no principal components") {
  Workers workers(1);
  CHECK(principal_start(std::vector<float>(30, 0.1f), 10, 3, 2, workers, [] {}).empty());
}

TEST_CASE("points on a line have a second coordinate of nearly zero") {
  std::vector<float> x;
  for (int i = 0; i < 20; ++i) x.insert(x.end(), {float(i), float(2 * i), 5.f});
  Workers workers(1);
  const std::vector<float> y = principal_start(x, 20, 3, 2, workers, [] {});
  for (std::size_t i = 0; i < 20; ++i) CHECK(y[2 * i + 1] == Approx(0).margin(1e-9));
}

namespace {

/// How often the check is called for n points of two dimensions among `features`; the call
/// `throw_at` throws.
int checks(int n, int features, int threads, int throw_at = -1) {
  std::vector<float> x;
  for (int i = 0; i < n; ++i)
    for (int f = 0; f < features; ++f)
      x.push_back(float(i * 37 % 101 * (f % 7) + i * 11 % 31 * (f % 3)));
  Workers workers(threads);
  std::atomic<int> calls{0};
  principal_start(x, n, features, 2, workers, [&] {
    if (++calls == throw_at) throw pipeline::Cancelled();
  });
  return calls;
}

}  // namespace

TEST_CASE("the principal components end where the check throws") {
  for (int features : {40, 1100})  // by the covariance, by the points
    for (int threads : {1, 2}) {
      const int calls = checks(60, features, threads);
      CAPTURE(features, threads, calls);
      for (int at = 1; at <= calls; ++at)
        CHECK_THROWS_AS(checks(60, features, threads, at), pipeline::Cancelled);
      CHECK_NOTHROW(checks(60, features, threads, calls + 1));
    }
}

TEST_CASE("the principal components look at the check within the work for many points") {
  // Beyond one look a task, of which there are as many for 60 points.
  CHECK(checks(100000, 12, 1) > checks(60, 12, 1) + 10);
  CHECK(checks(2000, 1100, 1) > checks(60, 1100, 1) + 2 * 12);
}

TEST_CASE("the random start is NumPy's") {
  const std::vector<float> y = random_start(60, 2, 11);
  const std::vector<float> expected = {1.7494547e-04f, -2.8607299e-05f, -4.8456513e-05f,
                                       -2.6533185e-04f};
  for (std::size_t i = 0; i < 4; ++i) CHECK(y[i] == Approx(expected[i]).epsilon(1e-6));
  CHECK(y[118] == Approx(6.8212968e-05).epsilon(1e-6));
  CHECK(y[119] == Approx(1.5072201e-05).epsilon(1e-6));
}
