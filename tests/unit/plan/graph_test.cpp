#include "plan/graph.h"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace pipeline::plan;

namespace {

bool is_order_of(const std::vector<std::size_t>& order, const Edges& successors) {
  std::vector<std::size_t> place(successors.size(), successors.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  for (std::size_t from = 0; from < successors.size(); ++from)
    for (const std::size_t to : successors[from])
      if (place[from] >= place[to]) return false;
  return order.size() == successors.size();
}

}  // namespace

TEST_CASE("Producers stand before their consumers") {
  const Edges diamond = {{1, 2}, {3}, {3}, {}};
  CHECK(is_order_of(topological_order(diamond), diamond));
  const Edges backwards = {{}, {0}, {1, 0}};
  CHECK(topological_order(backwards) == std::vector<std::size_t>{2, 1, 0});
  CHECK(topological_order({}).empty());
}

TEST_CASE("Without edges the order is the given one") {
  CHECK(topological_order({{}, {}, {}}) == std::vector<std::size_t>{0, 1, 2});
}

TEST_CASE("Cycles are found, one a knot, each as short as can be") {
  CHECK(topological_order({{1}, {0}}).empty());
  using Cycles = std::vector<std::vector<std::size_t>>;
  CHECK(cycles({{1}, {2}, {0}, {}}) == Cycles{{0, 1, 2}});
  CHECK(cycles({{0}}) == Cycles{{0}});
  CHECK(cycles({{1}, {0}, {3}, {2}}) == Cycles{{0, 1}, {2, 3}});
  CHECK(cycles({{1, 2}, {2}, {0}}) == Cycles{{0, 2}});
  CHECK(cycles({{1}, {}}) == Cycles{});
}

TEST_CASE("A chain of a hundred thousand stages is no problem") {
  Edges chain(100000);
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) chain[i] = {i + 1};
  CHECK(is_order_of(topological_order(chain), chain));
  chain.back() = {0};
  CHECK(cycles(chain).at(0).size() == chain.size());
}
