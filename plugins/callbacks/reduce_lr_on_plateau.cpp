#include <fmt/format.h>

#include <cmath>

#include "pipeline/nn/callback.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Multiplies the learning rate by `factor` once a figure has not become better for `patience`
/// epochs, and then again after `cooldown` and as many more; Keras' ReduceLROnPlateau. Of a rate
/// that follows a schedule it is the schedule's that is multiplied.
class ReduceLrOnPlateau : public nn::Callback {
 public:
  void declare(Declaration& d) override {
    d.summary("Lowers the learning rate once training stands still; Keras' ReduceLROnPlateau.");
    monitor_.declare(d);
    d.param("factor", factor_, "what the learning rate is multiplied by").above(0).below(1);
    d.param("patience", patience_, "epochs without a better one").at_least(0);
    d.param("cooldown", cooldown_, "epochs after a change that do not count").at_least(0);
    d.param("min_factor", least_, "the rate never falls below this share of what it would be")
        .range(0, 1);
  }
  void check(const nn::History& columns) const override { monitor_.check(columns); }

  nn::Verdict after_epoch(const nn::History& history) const override {
    double share = 1, next = 1, best = std::nan("");
    std::int64_t waited = 0, cooling = 0;
    for (double value : history.column(monitor_.name()).values) {
      next = 1;
      if (cooling > 0) --cooling, waited = 0;
      if (monitor_.is_better(history, value, best)) {
        best = value;
        waited = 0;
      } else if (cooling == 0 && ++waited >= std::max<std::int64_t>(patience_, 1)) {
        next = std::max(factor_, least_ / share);
        share *= next;
        cooling = cooldown_;
        waited = 0;
      }
    }
    if (next >= 1) return {};
    return {false, false, next,
            fmt::format("'{}' stands still: the learning rate is multiplied by {:.6g}",
                        monitor_.name(), next)};
  }

 private:
  nn::Monitor monitor_;
  double factor_ = 0.1, least_ = 0;
  std::int64_t patience_ = 10, cooldown_ = 0;
};

}  // namespace

PIPELINE_COMPONENT("reduce_lr_on_plateau", ReduceLrOnPlateau);
