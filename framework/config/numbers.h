#pragma once
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "config/config.h"

namespace pipeline::config {

/// A long list of plain numbers, which come by the million: 24 bytes each, where a Node takes 170.
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
    std::variant<std::int64_t, double> number;
    int line, column;
  };
  std::shared_ptr<const Source> source_;
  std::vector<Item> items_;
};

}  // namespace pipeline::config
