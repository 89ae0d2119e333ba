#pragma once
#include <string>

#include "pipeline/declaration.h"
#include "pipeline/nn/initializer.h"
#include "pipeline/nn/weight_rules.h"

namespace pipeline::nn {

/// A layer's parameters on one of its weights, for "kernel": kernel_initializer,
/// kernel_regularizer, kernel_constraint.
struct WeightParams {
  InitializerChoice initializer;
  WeightRules rules;

  void declare(Declaration& d, const std::string& weight) {
    d.param(weight + "_initializer", initializer, "what the " + weight + " starts from");
    d.param(weight + "_regularizer", rules.regularizer,
            "penalty on the " + weight + ": {l1: …, l2: …}");
    d.param(weight + "_constraint", rules.constraint,
            "what the " + weight + " is brought back to after each step");
  }
};

}  // namespace pipeline::nn
