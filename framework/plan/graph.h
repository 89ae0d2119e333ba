#pragma once
#include <cstddef>
#include <vector>

namespace pipeline::plan {

/// Edges of a directed graph: successors by vertex.
using Edges = std::vector<std::vector<std::size_t>>;

/// Every vertex after all its predecessors; among equals, lower numbers first. Empty if there is a
/// cycle (and the graph is not).
std::vector<std::size_t> topological_order(const Edges& successors);

/// One cycle a strongly connected component that has any, each from its lowest vertex on.
std::vector<std::vector<std::size_t>> cycles(const Edges& successors);

}  // namespace pipeline::plan
