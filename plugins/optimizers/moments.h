#pragma once
#include "pipeline/declaration.h"
#include "pipeline/nn/optimizer_steps.h"

/// How Adam and its kin keep running means of gradients and of their squares, and divide by the
/// latter's root.
struct Moments {
  double beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;

  void declare(pipeline::Declaration& d) {
    d.param("beta_1", beta_1, "share of the gradients' mean that is kept")
        .at_least(0)
        .at_most(pipeline::nn::steps::kLargestDecay)
        .as_float();
    d.param("beta_2", beta_2, "share of the squares' mean that is kept")
        .at_least(0)
        .at_most(pipeline::nn::steps::kLargestDecay)
        .as_float();
    d.param("epsilon", epsilon, "keeps the divisor away from zero")
        .at_least(pipeline::nn::steps::kSmallestEpsilon)
        .as_float();
  }
};
