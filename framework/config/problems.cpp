#include "config/problems.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/error.h"

namespace pipeline::config {
namespace {

constexpr const char* kNoPipelineFile =
    "this is no pipeline file; what it holds is not shown, since it lies outside of the pipeline's "
    "folder";

}  // namespace

void Problems::add(const Position& at, std::string message) {
  ++additions_;
  if (at.source && !at.source->quotable) message = kNoPipelineFile;
  if (!seen_.emplace(at.source.get(), at.line, at.column, message).second) return;
  list_.push_back({at, std::move(message)});
  if (list_.size() >= kMostListed) throw Errors(std::move(list_));
}

void Problems::stop(const Position& at, std::string message) {
  list_.push_back({at, std::move(message)});
  throw Errors(std::move(list_));
}

void Problems::throw_if_any() {
  if (!list_.empty()) throw Errors(std::move(list_));
}

void Problems::charge(const Position& at, std::size_t units) {
  units_ += units;
  if (units_ > most_units_)
    stop(at, fmt::format("the pipeline grows too large here: with all aliases, vars and foreach "
                         "written out it has more than {} values; make fewer copies",
                         most_units_));
}

std::size_t units_of(const Node& node) {
  std::size_t units = node.scalar.is_string() ? units_of_text(node.scalar.as_string().size()) : 1;
  if (node.numbers) units += node.item_count();
  for (const Node& item : node.list) units += units_of(item);
  for (const Node::Entry& entry : node.entries)
    units += units_of(entry.value) + units_of_text(entry.key.size());
  return units;
}

int depth_of(const Node& node) {
  int deepest = node.numbers ? 1 : 0;
  for (const Node& item : node.list) deepest = std::max(deepest, depth_of(item));
  for (const Node::Entry& entry : node.entries) deepest = std::max(deepest, depth_of(entry.value));
  return deepest + 1;
}

std::string near_names(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr std::size_t kMostCompared = 1000;
  return candidates.size() > kMostCompared ? "" : suggestion(name, candidates);
}

std::string describe(const Node& node) {
  if (node.numbers) return fmt::format("a list of {} items", node.item_count());
  if (node.is_list) return Value(Value::List(node.list.size())).describe();
  if (!node.is_map) return node.scalar.describe();
  Value::Map map;
  for (const Node::Entry& entry : node.entries) map[entry.key];
  return Value(std::move(map)).describe();
}

const Node* find(const Node& map, std::string_view key) {
  for (const Node::Entry& entry : map.entries)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

}  // namespace pipeline::config
