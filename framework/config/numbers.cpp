#include "config/numbers.h"

#include <algorithm>

namespace pipeline::config {

bool Numbers::is_number(const Node& node) {
  return !node.is_list && !node.is_map && node.scalar.is_number();
}

std::shared_ptr<Numbers> Numbers::of(const std::vector<Node>& list) {
  if (!std::all_of(list.begin(), list.end(), is_number)) return nullptr;
  auto numbers = std::make_shared<Numbers>();
  for (const Node& node : list) numbers->add(node);
  return numbers;
}

void Numbers::add(const Node& number) {
  source_ = number.at.source;
  const Value& value = number.scalar;
  if (value.is_int()) items_.push_back({value.as_int(), number.at.line, number.at.column});
  else items_.push_back({value.as_real(), number.at.line, number.at.column});
}

Value Numbers::value(std::size_t i) const {
  return std::visit([](auto number) { return Value(number); }, items_[i].number);
}

Position Numbers::at(std::size_t i) const { return {source_, items_[i].line, items_[i].column}; }

Node Numbers::node(std::size_t i) const {
  Node node;
  node.at = at(i);
  node.scalar = value(i);
  node.written_in = source_;
  return node;
}

}  // namespace pipeline::config
