#include <cmath>

#include "files.h"

using namespace pipeline;
using namespace pipeline::data;
using testing::StageRun;

namespace {

testing::Components components;

}  // namespace

TEST_CASE("A scaler brings back what it scaled, and tells what it cannot scale") {
  const Array fit = Array::of<double>({1, 5, 3, 5, 2, 8}, {3, 2});
  for (const char* id : {"data.standard_scaler", "data.min_max_scaler", "data.robust_scaler",
                         "data.quantile_transformer"}) {
    StageRun forward(components, id, {});
    forward.input("fit", fit);
    StageRun back(components, id, {});
    back.input("fit", fit).input("inverse", output(forward, "fit"));
    const auto found = values<double>(output(back, "inverse"));
    for (std::size_t i = 0; i < 6; ++i)
      CHECK(found[i] == Approx(fit.view<double>()[i]).epsilon(1e-12));

    StageRun missing(components, id, {});
    missing.input("fit", Array::of<float>({1, NAN, 2, NAN}, {2, 2}));
    CHECK(message_of([&] { missing.run(); }) ==
          "input 'fit' has no value of feature 1: all 2 are missing (NaN)");
    StageRun infinite(components, id, {});
    infinite.input("fit", fit).input("x", Array::of<double>({1, 2, 3, -INFINITY}, {2, 2}));
    CHECK(message_of([&] { infinite.run(); }) ==
          "input 'x' must be finite, got -inf in row 1, feature 1");
  }
}
