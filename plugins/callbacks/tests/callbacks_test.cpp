#include <catch2/catch.hpp>
#include <cmath>

#include "pipeline/nn/callback.h"
#include "pipeline/testing.h"

using namespace pipeline;
using namespace pipeline::nn;

namespace {

std::unique_ptr<Callback> make(const char* id, const Value::Map& params = {}) {
  static pipeline::testing::Components components;
  return components.make<Callback>(id, params);
}

History history(std::vector<double> val_loss) {
  return History({{"accuracy", true, std::vector<double>(val_loss.size(), 0.5)},
                  {"val_loss", false, std::move(val_loss)}});
}

/// What the callback says after each epoch.
std::vector<Verdict> verdicts(const Callback& callback, const std::vector<double>& val_loss) {
  std::vector<Verdict> found;
  for (std::size_t epochs = 1; epochs <= val_loss.size(); ++epochs)
    found.push_back(callback.after_epoch(
        history({val_loss.begin(), val_loss.begin() + std::ptrdiff_t(epochs)})));
  return found;
}

/// The first epoch, counted from 1, after which it stops; 0 if it never does.
int stops(const Callback& callback, const std::vector<double>& val_loss) {
  const std::vector<Verdict> all = verdicts(callback, val_loss);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i].stop) return int(i) + 1;
  return 0;
}

}  // namespace

TEST_CASE("Training stops once it has waited for as many epochs as there is patience") {
  const std::vector<double> losses = {3, 2, 2.5, 1.9, 2, 1.95, 1.91, 1};
  CHECK(stops(*make("early_stopping", {{"patience", 1}}), losses) == 3);
  CHECK(stops(*make("early_stopping", {{"patience", 2}}), losses) == 6);
  CHECK(stops(*make("early_stopping", {{"patience", 3}}), losses) == 7);
  CHECK(stops(*make("early_stopping", {{"patience", 4}}), losses) == 0);
  CHECK(stops(*make("early_stopping"), losses) == 3);
}

TEST_CASE("What is better by less than min_delta, or worse than a baseline, does not count") {
  const std::vector<double> losses = {3, 2.95, 2.9, 2.85};
  CHECK(stops(*make("early_stopping", {{"patience", 2}, {"min_delta", 0.2}}), losses) == 3);
  CHECK(stops(*make("early_stopping", {{"patience", 2}, {"min_delta", 0.01}}), losses) == 0);
  CHECK(stops(*make("early_stopping", {{"patience", 3}, {"baseline", 2.5}}), losses) == 3);
  CHECK(stops(*make("early_stopping", {{"patience", 2}, {"start_from_epoch", 2}}),
              {1, 1, 3, 3, 3}) == 5);
}

TEST_CASE("More is better of a figure that says so, and where mode does") {
  const auto stopping = make("early_stopping", {{"patience", 1}, {"monitor", "accuracy"}});
  CHECK(stops(*stopping, {3, 2, 1}) == 2);  // the accuracy stands still
  CHECK(stops(*make("early_stopping", {{"patience", 1}, {"mode", "max"}}), {1, 2, 3}) == 0);
  CHECK(stops(*make("early_stopping", {{"patience", 1}, {"mode", "max"}}), {3, 2}) == 2);
}

TEST_CASE("A figure that is not a number is never better") {
  const double nan = std::nan("");
  CHECK(stops(*make("early_stopping", {{"patience", 2}}), {2, nan, nan, 1}) == 3);
  CHECK(stops(*make("early_stopping", {{"patience", 2}}), {nan, 2, nan, 1}) == 0);
}

TEST_CASE("The best epoch's weights are kept where they are to be restored") {
  const std::vector<double> losses = {3, 2, 2.5, 1.9};
  const auto keeping = make("early_stopping", {{"patience", 9}, {"restore_best_weights", true}});
  std::vector<bool> kept;
  for (const Verdict& verdict : verdicts(*keeping, losses)) kept.push_back(verdict.keep);
  CHECK(kept == std::vector<bool>{true, true, false, true});
  CHECK(keeping->restores());
  for (const Verdict& verdict : verdicts(*make("early_stopping", {{"patience", 9}}), losses))
    CHECK_FALSE(verdict.keep);
}

TEST_CASE("The learning rate falls where the figure stands still, and again after a cooldown") {
  const auto rates = [](const Value::Map& params, const std::vector<double>& losses) {
    std::vector<double> found;
    for (const Verdict& verdict : verdicts(*make("reduce_lr_on_plateau", params), losses))
      found.push_back(verdict.rate);
    return found;
  };
  const std::vector<double> still(7, 2.0);
  CHECK(rates({{"patience", 2}, {"factor", 0.5}}, still) ==
        std::vector<double>{1, 1, 0.5, 1, 0.5, 1, 0.5});
  CHECK(rates({{"patience", 2}, {"factor", 0.5}, {"cooldown", 2}}, still) ==
        std::vector<double>{1, 1, 0.5, 1, 1, 0.5, 1});
  CHECK(rates({{"patience", 2}, {"factor", 0.5}, {"min_factor", 0.4}}, still) ==
        std::vector<double>{1, 1, 0.5, 1, 0.8, 1, 1});
  CHECK(rates({{"patience", 2}, {"factor", 0.5}}, {3, 2, 2, 1, 1, 1}) ==
        std::vector<double>{1, 1, 1, 1, 1, 0.5});
}

TEST_CASE("A figure that the training does not have is told before it begins") {
  CHECK_THROWS_WITH(make("early_stopping", {{"monitor", "val_los"}})->check(history({})),
                    "the training has no figure 'val_los'; did you mean 'val_loss'?");
}
