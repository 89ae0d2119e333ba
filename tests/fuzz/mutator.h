#pragma once
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

/// How many texts a test tries: PIPELINE_FUZZ_ROUNDS says it, or 2000.
inline int fuzz_rounds() {
  const char* rounds = std::getenv("PIPELINE_FUZZ_ROUNDS");
  return rounds ? std::atoi(rounds) : 2000;
}

/// Breaks texts at random: cuts, doubles and overwrites parts, and puts in tokens. The same seed
/// gives the same texts.
class Mutator {
 public:
  Mutator(std::uint64_t seed, std::vector<std::string> tokens)
      : random_(seed), tokens_(std::move(tokens)) {}

  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }
  const std::string& token() { return tokens_[below(tokens_.size())]; }

  std::string mutate(std::string text) {
    for (std::size_t i = 1 + below(4); i > 0; --i) change(text);
    return text;
  }

 private:
  void change(std::string& text) {
    const std::size_t at = below(text.size() + 1), length = below(12);
    switch (below(7)) {
      case 0: text.erase(std::min(at, text.size()), length); break;
      case 1: text.insert(at, token()); break;
      case 2:
        if (at < text.size()) text[at] = char(below(256));
        break;
      case 3: text.insert(at, text.substr(below(text.size() + 1), below(60))); break;
      case 4: {
        const std::string& repeated = token();
        std::string many;
        for (std::size_t i = below(300); i > 0; --i) many += repeated;
        text.insert(at, many);
        break;
      }
      case 5: text.replace(std::min(at, text.size()), length, token()); break;
      default: text.resize(at);
    }
  }

  std::mt19937_64 random_;
  std::vector<std::string> tokens_;
};
