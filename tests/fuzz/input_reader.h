#pragma once
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace pipeline::fuzz {

/// Takes an input apart; zeros and "" once it has ended.
class InputReader {
 public:
  explicit InputReader(std::string_view input) : rest_(input) {}
  bool ended() const { return rest_.empty(); }
  std::uint8_t byte() { return std::uint8_t(piece(1).empty() ? 0 : taken_[0]); }
  std::size_t below(std::size_t n) { return byte() % n; }
  std::uint16_t number() {
    const unsigned high = byte();
    return std::uint16_t(high << 8 | byte());
  }
  /// A length of up to 255, and so many bytes.
  std::string text() { return std::string(piece(byte())); }
  std::string_view rest() { return piece(rest_.size()); }

 private:
  std::string_view piece(std::size_t size) {
    taken_ = rest_.substr(0, std::min(size, rest_.size()));
    rest_.remove_prefix(taken_.size());
    return taken_;
  }
  std::string_view rest_, taken_;
};

}  // namespace pipeline::fuzz
