#pragma once
#include <string>

#include "pipeline/nn/callback.h"

/// Keeps the weights of the epoch that is the best by one figure.
class BestEpoch : public pipeline::nn::Callback {
 public:
  BestEpoch() = default;
  explicit BestEpoch(std::string figure) : monitor_(std::move(figure)) {}
  void declare(pipeline::Declaration&) override {}
  void check(const pipeline::nn::History& columns) const override { monitor_.check(columns); }
  pipeline::nn::Verdict after_epoch(const pipeline::nn::History& history) const override {
    return {.keep = monitor_.best_epoch(history) == history.epochs() - 1};
  }

 private:
  pipeline::nn::Monitor monitor_;
};
