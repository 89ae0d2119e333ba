#include "plan/graph.h"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/breadth_first_search.hpp>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/topological_sort.hpp>

namespace pipeline::plan {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;

Graph to_boost(const Edges& successors, bool reversed) {
  Graph graph(successors.size());
  for (std::size_t from = 0; from < successors.size(); ++from)
    for (const std::size_t to : successors[from])
      reversed ? boost::add_edge(to, from, graph) : boost::add_edge(from, to, graph);
  return graph;
}

// The shortest way from `start` back to itself.
std::vector<std::size_t> cycle_through(std::size_t start, const Graph& graph) {
  std::vector<std::size_t> before(boost::num_vertices(graph), start);
  boost::breadth_first_search(graph, start,
                              boost::visitor(boost::make_bfs_visitor(boost::record_predecessors(
                                  before.data(), boost::on_tree_edge()))));
  std::vector<std::size_t> best;
  for (std::size_t last = 0; last < boost::num_vertices(graph); ++last) {
    const bool reached =
        last == start || before[last] != start || boost::edge(start, last, graph).second;
    if (!reached || !boost::edge(last, start, graph).second) continue;
    std::vector<std::size_t> way;
    for (std::size_t at = last; at != start; at = before[at]) way.push_back(at);
    way.push_back(start);
    if (best.empty() || way.size() < best.size()) best = way;
  }
  std::reverse(best.begin(), best.end());
  return best;
}

}  // namespace

std::vector<std::size_t> topological_order(const Edges& successors) {
  // Boost gives each vertex after its successors; of the reversed graph that is the order wanted.
  const Graph graph = to_boost(successors, /*reversed=*/true);
  std::vector<std::size_t> order;
  order.reserve(successors.size());
  try {
    boost::topological_sort(graph, std::back_inserter(order));
  } catch (const boost::not_a_dag&) {
    order.clear();
  }
  return order;
}

std::vector<std::vector<std::size_t>> cycles(const Edges& successors) {
  const Graph graph = to_boost(successors, /*reversed=*/false);
  std::vector<std::size_t> component(successors.size());
  const std::size_t count =
      successors.empty()
          ? 0
          : boost::strong_components(
                graph, boost::make_iterator_property_map(component.begin(),
                                                         boost::get(boost::vertex_index, graph)));
  std::vector<std::size_t> lowest(count, successors.size()), size(count, 0);
  for (std::size_t v = 0; v < successors.size(); ++v) {
    lowest[component[v]] = std::min(lowest[component[v]], v);
    ++size[component[v]];
  }
  std::vector<std::vector<std::size_t>> found;
  for (std::size_t c = 0; c < count; ++c)
    if (size[c] > 1 || boost::edge(lowest[c], lowest[c], graph).second)
      found.push_back(cycle_through(lowest[c], graph));
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace pipeline::plan
