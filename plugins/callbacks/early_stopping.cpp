#include <fmt/format.h>

#include "pipeline/nn/callback.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Stops a training whose figure has not become better for `patience` epochs, as Keras 3 does it;
/// with `restore_best_weights` the model gets the weights of the best epoch, stopped or not.
class EarlyStopping : public nn::Callback {
 public:
  void declare(Declaration& d) override {
    d.summary("Stops a training that no longer becomes better; Keras' EarlyStopping.");
    monitor_.declare(d);
    d.param("patience", patience_, "epochs without a better one after which to stop").at_least(0);
    d.param("baseline", baseline_, "only what is better than this counts as better");
    d.param("start_from_epoch", start_, "epochs at the start that are not looked at").at_least(0);
    d.param("restore_best_weights", restore_, "end with the weights of the best epoch");
  }
  void check(const nn::History& columns) const override { monitor_.check(columns); }

  nn::Verdict after_epoch(const nn::History& history) const override {
    const std::int64_t now = history.epochs() - 1;
    if (now < start_) return {};
    const std::int64_t best = monitor_.best_epoch(history, start_);
    nn::Verdict verdict;
    verdict.keep = restore_ && (best == now || (best < 0 && now == start_));
    const std::int64_t waited = now - (beats_baseline(history, best) ? best : start_ - 1);
    if (waited < std::max<std::int64_t>(patience_, 1)) return verdict;
    verdict.stop = true;
    verdict.says =
        best < 0 ? fmt::format("stopped: '{}' has no value", monitor_.name())
                 : fmt::format("stopped: '{}' was best in epoch {}, at {:.6g}", monitor_.name(),
                               best + 1, history.column(monitor_.name()).values[std::size_t(best)]);
    return verdict;
  }
  bool restores() const override { return restore_; }

 private:
  bool beats_baseline(const nn::History& history, std::int64_t best) const {
    if (best < 0) return false;
    if (!baseline_) return true;
    const double value = history.column(monitor_.name()).values[std::size_t(best)];
    return monitor_.more_is_better(history) ? value > *baseline_ : value < *baseline_;
  }

  nn::Monitor monitor_;
  std::int64_t patience_ = 0, start_ = 0;
  std::optional<double> baseline_;
  bool restore_ = false;
};

}  // namespace

PIPELINE_COMPONENT("early_stopping", EarlyStopping);
