#include "nearest.h"

#include <algorithm>
#include <map>

#include "pipeline/simd.h"
#include "stages.h"

using namespace pipeline;
using namespace pipeline::analysis;
using testing::StageRun;

namespace {

class TwoThreads : public Context {
 public:
  void progress(std::int64_t, std::int64_t, std::vector<std::pair<std::string, double>>) override {}
  void log(std::string_view) override {}
  bool cancelled() const override { return false; }
  int threads() const override { return 2; }
  ComponentFactory& components() override { return analysis::components(); }
  void save_checkpoint(const Artifact&) override {}
  std::optional<Artifact> load_checkpoint() override { return {}; }
};

/// The builds that this machine can run.
std::map<std::string, const Sieve*> builds() {
  std::map<std::string, const Sieve*> found;
  for (Simd simd : {Simd::baseline, Simd::avx2, Simd::avx512})
    if (processor_has(simd)) found[name(simd)] = &sieve_of(simd);
  return found;
}

Matrix made(std::int64_t rows, std::int64_t features, std::uint64_t seed) {
  const auto numbers = made_numbers<double>(std::size_t(rows * features), seed);
  return Eigen::Map<const Matrix>(numbers.data(), rows, features);
}

/// By all distances, in the order of (distance, number).
std::vector<std::int64_t> by_all(Metric metric, const Matrix& points, Matrix queries, bool same,
                                 std::int64_t k) {
  if (metric == Metric::cosine) normalise(queries);
  const Points all(metric, points);
  std::vector<std::int64_t> nearest;
  for (std::int64_t q = 0; q < queries.rows(); ++q) {
    std::vector<std::pair<double, std::int64_t>> order;
    for (std::int64_t p = 0; p < points.rows(); ++p)
      if (!same || p != q)
        order.emplace_back(all.distance(queries.data() + q * queries.cols(), p), p);
    std::sort(order.begin(), order.end());
    for (std::int64_t i = 0; i < k; ++i) nearest.push_back(order[std::size_t(i)].second);
  }
  return nearest;
}

void check_all(const Matrix& points, const Matrix& queries, bool same, std::int64_t k) {
  const TwoThreads context;
  for (const Metric metric : {Metric::euclidean, Metric::cosine, Metric::manhattan}) {
    const auto expected = by_all(metric, points, queries, same, k);
    for (const auto& [name, kernels] : builds()) {
      CAPTURE(name, int(metric), points.rows(), points.cols(), k);
      CHECK(nearest(metric, points, queries, same, k, Workers(context), *kernels).indices ==
            expected);
    }
  }
}

}  // namespace

TEST_CASE("The nearest are those of all distances, whatever the sizes and the build") {
  for (const auto& [rows, features, k] : std::vector<std::array<std::int64_t, 3>>{
           {1, 1, 1}, {15, 1, 3}, {16, 2, 16}, {17, 3, 5}, {300, 10, 100}, {210, 65, 1}}) {
    check_all(made(rows, features, 7), made(13, features, 8), false, k);
    if (k < rows) check_all(made(rows, features, 7), made(rows, features, 7), true, k);
  }
}

TEST_CASE("Points that single precision cannot tell apart are told apart, and equal ones ordered") {
  // A millionth of their distance from zero is all that they differ by, or nothing.
  const Matrix apart = made(200, 4, 3) * 1e-9, far = (apart.array() + 1).matrix();
  check_all(far, far, true, 5);
  Matrix sphere = made(200, 6, 5);  // whose centre is away from all by nearly the same
  normalise(sphere);
  for (std::int64_t p = 0; p < 200; ++p) sphere.row(p) *= 1 + 1e-9 * double(p * 37 % 200);
  check_all(sphere, Matrix::Zero(1, 6), false, 5);
  Matrix equal = Matrix::Constant(150, 3, 0.1);
  equal.row(149).setConstant(0.1 + 1e-15);
  check_all(equal, equal, true, 7);
  check_all(Matrix::Zero(40, 2), Matrix::Zero(3, 2), false, 40);
  const Matrix large = made(100, 5, 4) * 1e99, small = made(100, 5, 4) * 1e-120;
  check_all(large, large, true, 3);
  check_all(small, small, true, 3);
}

TEST_CASE("Neighbours that cannot be are refused, before the run where sizes are known") {
  const auto complaint = [](const Value::Map& params, Array fit, Array queries = Array()) {
    StageRun run(components(), "neighbors.kneighbors", params);
    run.input("fit", fit);
    if (queries.data()) run.input("queries", queries);
    return message_of([&] { run.preflight(); });
  };
  const Array five = Array::zeros<float>({5, 2});
  CHECK(complaint({}, five) ==
        "parameter 'n_neighbors' is 5, and input 'fit' has 5 samples, of which one is not its own "
        "neighbour");
  CHECK(complaint({{"n_neighbors", 6}}, five, five) ==
        "parameter 'n_neighbors' is 6, and input 'fit' has 5 samples");
  CHECK(complaint({{"rows", Value::List{5}}}, five) ==
        "parameter 'rows' names row 5, and input 'fit' has 5 rows, counted from 0");
  CHECK(complaint({}, five, Array::zeros<float>({5, 3})) ==
        "input 'queries' has samples of 3 features, and fit of 2: they must be alike");

  StageRun missing(components(), "neighbors.kneighbors", {{"n_neighbors", 1}});
  missing.input("fit", Array::of<float>({0, 1, 2, NAN}, {2, 2}));
  CHECK(message_of([&] { missing.run(); }) ==
        "input 'fit' must be finite, got nan in row 1, feature 1");
  StageRun large(components(), "neighbors.kneighbors", {{"n_neighbors", 1}});
  large.input("fit", Array::of<double>({0, 1e200}, {2, 1}));
  CHECK(message_of([&] { large.run(); }) ==
        "input 'fit' must be at most 1e+100 in size, since it is squared; got 1e+200 in row 1, "
        "feature 0");
}

TEST_CASE("A classifier's samples and labels have to fit each other") {
  const auto complaint = [](Array labels, bool truth_alone = false) {
    StageRun run(components(), "neighbors.kneighbors_classifier", {{"n_neighbors", 2}});
    run.input("fit", Array::zeros<float>({2, 2})).input("labels", labels);
    if (truth_alone) run.input("x_labels", labels);
    return message_of([&] { run.run(); });
  };
  CHECK(complaint(Array::of<int>({1, 2, 3})) ==
        "input 'labels' has 3 rows, and fit has 2: they must be as many");
  CHECK(complaint(Array::of<float>({1, 0.5f})) ==
        "input 'labels' must be labels, which are whole numbers; got 0.5 in row 1");
  CHECK(complaint(Array::of<int>({1, 2}), true) ==
        "input 'x_labels' has the classes of x, which is not wired");
}
