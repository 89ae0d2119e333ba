#include "config/numbers.h"

#include <algorithm>
#include <bit>

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
  const bool is_int = value.is_int();
  items_.push_back({is_int ? std::bit_cast<std::uint64_t>(value.as_int())
                           : std::bit_cast<std::uint64_t>(value.as_real()),
                    std::uint32_t(number.at.line), std::uint32_t(number.at.column), is_int});
}

Value Numbers::value(std::size_t i) const {
  const Item& item = items_[i];
  return item.is_int ? Value(std::bit_cast<std::int64_t>(item.bits))
                     : Value(std::bit_cast<double>(item.bits));
}

Position Numbers::at(std::size_t i) const {
  return {source_, int(items_[i].line), int(items_[i].column)};
}

Node Numbers::node(std::size_t i) const {
  Node node;
  node.at = at(i);
  node.scalar = value(i);
  node.written_in = source_;
  return node;
}

}  // namespace pipeline::config
