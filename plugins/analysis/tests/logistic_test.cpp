#include "lbfgs.h"
#include "stages.h"

using namespace pipeline;
using namespace pipeline::analysis;
using testing::StageRun;

// Rosenbrock's function, whose minimum of 0 is at (1, 1, …): no convex one, and all the harder.
TEST_CASE("The search ends at a minimum") {
  std::int64_t calls = 0;
  const Objective rosenbrock = [&](const Vector& x, Vector& gradient) {
    ++calls;
    double value = 0;
    gradient.setZero();
    for (std::int64_t i = 0; i + 1 < x.size(); ++i) {
      const double bend = x[i + 1] - x[i] * x[i], away = 1 - x[i];
      value += 100 * bend * bend + away * away;
      gradient[i] += -400 * x[i] * bend - 2 * away;
      gradient[i + 1] += 200 * bend;
    }
    return value;
  };
  const Minimum found = minimise(rosenbrock, Vector::Constant(6, -1.2), 1000, 1e-9);
  CHECK(found.converged);
  CHECK(found.gradient <= 1e-9);
  for (const double x : found.at) CHECK(x == Approx(1).epsilon(1e-8));
  CHECK(calls < 200);
  CHECK_FALSE(minimise(rosenbrock, Vector::Constant(6, -1.2), 3, 1e-9).converged);
}

// Of one feature and two samples at ±1 the optimum follows by hand: with C = 1 the weight w fulfils
// w = 2/(1 + e^w), and the intercept is 0.
TEST_CASE("Two samples have the weight that follows by hand") {
  StageRun run(components(), "linear_model.logistic_regression", {{"tol", 1e-12}});
  run.input("fit", Array::of<double>({-1, 1}, {2, 1})).input("labels", Array::of<int>({4, 9}));
  const auto outputs = run.run();
  const auto first = [&](const char* port) {
    return values<double>(outputs.at(port).arrays.at(""))[0];
  };
  const double w = first("coef");
  CHECK(w == Approx(2 / (1 + std::exp(w))).epsilon(1e-10));
  CHECK(first("intercept") == Approx(0).margin(1e-10));
  CHECK(first("score") == 1);
  CHECK(values<std::int64_t>(outputs.at("predicted").arrays.at("")) ==
        std::vector<std::int64_t>{4, 9});
}

TEST_CASE("A classifier of one class is refused, and one that has not converged says so") {
  StageRun one(components(), "linear_model.logistic_regression", {});
  one.input("fit", Array::of<float>({1, 2}, {2, 1})).input("labels", Array::of<int>({3, 3}));
  CHECK(message_of([&] { one.run(); }) ==
        "input 'labels' has one class, 3; a classifier needs two or more");
  StageRun few(components(), "linear_model.logistic_regression", {{"max_iter", 1}});
  few.input("fit", Array::of<float>({1, 20, 3}, {3, 1})).input("labels", Array::of<int>({0, 1, 2}));
  few.run();
  REQUIRE(few.log().size() == 1);
  CHECK_THAT(few.log()[0], Catch::StartsWith("not converged in max_iter = 1 steps: a part of the "
                                             "gradient is "));
}
