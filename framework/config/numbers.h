#pragma once
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "config/config.h"

namespace pipeline::config {

/// A long list of plain numbers, which come by the million: 16 bytes each, where a Node takes 150.
/// All of one text.
class Numbers {
 public:
  /// Shorter lists are Nodes.
  static constexpr std::size_t kFewest = 64;
  static bool is_number(const Node& node);
  /// Null unless each is a number.
  static std::shared_ptr<Numbers> of(const std::vector<Node>& list);

  void add(const Node& number);
  std::size_t size() const { return items_.size(); }
  Value value(std::size_t i) const;
  Position at(std::size_t i) const;
  Node node(std::size_t i) const;

 private:
  struct Item {
    std::uint64_t bits;  ///< of an int64_t or a double
    std::uint32_t line, column : 31, is_int : 1;
  };
  static_assert(sizeof(Item) == 16);
  std::shared_ptr<const Source> source_;
  std::deque<Item> items_;  ///< which grows without a second copy
};

}  // namespace pipeline::config
