#include "axis.h"

#include <cmath>

#include "script.h"
#include "support.h"

using namespace plots;

namespace {

std::vector<std::string> labels(const std::vector<Tic>& tics) {
  std::vector<std::string> labels;
  for (const Tic& tic : tics) labels.push_back(tic.label);
  return labels;
}

using Labels = std::vector<std::string>;

}  // namespace

TEST_CASE("all labels of an axis have the same decimals") {
  CHECK(labels(linear_tics(0.43, 0.61, 4)) == Labels{"0.45", "0.50", "0.55", "0.60"});
  CHECK(labels(linear_tics(-0.2, 1, 6)) ==
        Labels{"-0.2", "0.0", "0.2", "0.4", "0.6", "0.8", "1.0"});
  CHECK(labels(linear_tics(0, 60000, 3)) == Labels{"0", "20000", "40000", "60000"});
  CHECK(labels(linear_tics(0, 3e-8, 3)) == Labels{"0", "1e-08", "2e-08", "3e-08"});
  CHECK(labels(linear_tics(1e9, 1.5e9, 5)) ==
        Labels{"1000000000", "1100000000", "1200000000", "1300000000", "1400000000", "1500000000"});
  CHECK(labels(Axis::logarithmic(0.3, 0.53).tics(400, false)) ==
        Labels{"0.30", "0.35", "0.40", "0.45", "0.50"});
}

TEST_CASE("numbers beside each other have the same decimals") {
  using Numbers = std::vector<double>;
  CHECK(with_equal_decimals(Numbers{0.5, 1, 1.25}) == Labels{"0.50", "1.00", "1.25"});
  CHECK(with_equal_decimals(Numbers{2, 5, 10}) == Labels{"2", "5", "10"});
  CHECK(with_equal_decimals(Numbers{0.001, -1}) == Labels{"0.001", "-1.000"});
  CHECK(with_equal_decimals(Numbers{1e-9, 1}) == Labels{"1e-09", "1"});
  CHECK(with_equal_decimals(Numbers{1e20, 1}) == Labels{"1e+20", "1"});
  CHECK(with_equal_decimals({}).empty());
}

TEST_CASE("an axis holds any doubles, and divides them into places") {
  const double most = std::numeric_limits<double>::max();
  for (const auto& [low, high] : {std::pair{-most, most},
                                  {1e308, most},
                                  {0.0, 1e-310},
                                  {1.0, std::nextafter(1.0, 2.0)},
                                  {-1e-300, 1e300},
                                  {5.0, 5.0},
                                  {0.0, 0.0},
                                  {most, most}}) {
    INFO(low << " to " << high);
    const Axis axis = Axis::around(low, high);
    for (const double value : {low, high}) {
      CHECK(axis.place(value) > 0);
      CHECK(axis.place(value) < 1);
    }
    const std::vector<Tic> tics = axis.tics(400, false);
    CHECK(tics.size() >= 1);
    CHECK(tics.size() <= 13);
    for (const Tic& tic : tics) CHECK(std::isfinite(axis.place(tic.value)));
  }
  CHECK(Axis(0, 8).place(2) == 0.25);
  CHECK(Axis::around(0, 20).place(0) == Approx(1 / 22.0));
  CHECK(std::isnan(Axis(0, 1).place(NAN)));
  CHECK(std::isnan(Axis::logarithmic(1, 10).place(0)));
}
