#include <charconv>
#include <optional>

#include "config/numbers.h"

namespace pipeline::config {
namespace {

const Node::Entry* entry_at(const Node& node, const std::string& key) {
  for (const Node::Entry& entry : node.entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

std::optional<std::size_t> index_of(const std::string& step) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc() || end != step.data() + step.size()) return std::nullopt;
  return index;
}

const Node* item_at(const Node& node, const std::string& step) {
  const auto index = index_of(step);
  return index && *index < node.list.size() ? &node.list[*index] : nullptr;
}

}  // namespace

Value Node::value() const {
  if (is_list) {
    Value::List items;
    items.reserve(item_count());
    for (const Node& item : list) items.push_back(item.value());
    for (std::size_t i = list.size(); i < item_count(); ++i) items.push_back(numbers->value(i));
    return items;
  }
  if (!is_map) return scalar;
  Value::Map map;
  for (const Entry& entry : entries) map.emplace(entry.key, entry.value.value());
  return map;
}

std::size_t Node::item_count() const { return numbers ? numbers->size() : list.size(); }

void Node::unpack() {
  if (!numbers) return;
  list.reserve(numbers->size());
  for (std::size_t i = 0; i < numbers->size(); ++i) list.push_back(numbers->node(i));
  numbers.reset();
}

Position Node::position_at(const std::vector<std::string>& path) const {
  const Node& node = at_path(path);
  const auto index = node.numbers && !path.empty() ? index_of(path.back()) : std::nullopt;
  return index && *index < node.item_count() ? node.numbers->at(*index) : node.at;
}

const Node& Node::at_path(const std::vector<std::string>& path) const {
  const Node* node = this;
  for (const std::string& step : path) {
    const Entry* entry = entry_at(*node, step);
    const Node* next = entry ? &entry->value : item_at(*node, step);
    if (!next) break;
    node = next;
  }
  return *node;
}

Position Node::key_position(const std::vector<std::string>& path) const {
  const Node* node = this;
  Position last = at;
  for (const std::string& step : path) {
    const Entry* entry = entry_at(*node, step);
    const Node* next = entry ? &entry->value : item_at(*node, step);
    if (!next) return node->at;
    last = entry ? entry->key_at : next->at;
    node = next;
  }
  return last;
}

std::filesystem::path Node::folder_at(const std::vector<std::string>& path) const {
  const Node& node = at_path(path);
  return node.written_in ? node.written_in->folder : std::filesystem::path();
}

}  // namespace pipeline::config
