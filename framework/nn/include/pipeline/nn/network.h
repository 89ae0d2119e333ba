#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/nn/graph.h"
#include "pipeline/nn/loss.h"

namespace pipeline::nn {

/// A graph, what its nodes stand for, and what it learns by.
struct Network {
  Graph graph;
  std::vector<NodeId> inputs;  ///< where samples come in

  /// What the network gives, and how far it is from a target.
  struct Output {
    NodeId node = 0;
    std::unique_ptr<Loss> loss;
    double weight = 1;  ///< of this loss in the sum
    /// Where no target is given: the input (its place in `inputs`) that the output is to give back.
    std::optional<std::size_t> gives_back;
  };
  std::vector<Output> outputs;

  /// A node of one value whose mean over the samples is added to the loss, such as a divergence.
  struct Term {
    NodeId node = 0;
    double weight = 1;
  };
  std::vector<Term> terms;

  /// Of a network with a code in its middle.
  struct Code {
    NodeId from = 0;  ///< encoding a sample gives this node's values,
    NodeId to = 0;    ///< and decoding takes them in place of this one's
  };
  std::optional<Code> code;

  /// A part of the graph with a summary of its own ("encoder").
  struct Part {
    std::string name;
    std::vector<NodeId> inputs, outputs;
  };
  std::vector<Part> parts;
  bool nested = false;  ///< the whole is summed up as a chain of its parts

  Shape target_shape(std::size_t output) const;  ///< of one sample
};

}  // namespace pipeline::nn
