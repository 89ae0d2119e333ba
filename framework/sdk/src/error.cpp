#include "pipeline/error.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace pipeline {
namespace {

// Restricted Damerau-Levenshtein: insertions, deletions, substitutions, swaps of neighbours.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i)
    for (std::size_t j = 1; j <= b.size(); ++j) {
      d[i][j] =
          std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates) {
  constexpr std::size_t kLongestName = 100;  // the table is quadratic
  if (name.size() > kLongestName) return "";
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kLongestName) continue;
    const std::size_t distance = edit_distance(name, candidate);
    // Of two names that share nothing neither is meant by the other, however short they are.
    if (distance < best_distance && distance < std::max(name.size(), candidate.size()))
      best = candidate, best_distance = distance;
  }
  return best;
}

std::string suggestion(std::string_view name, const std::vector<std::string>& candidates) {
  if (const std::string near = nearest_name(name, candidates); !near.empty())
    return fmt::format("; did you mean '{}'?", near);
  if (candidates.empty()) return "";
  constexpr std::size_t kShown = 12;
  const std::vector<std::string> shown(candidates.begin(),
                                       candidates.begin() + std::min(kShown, candidates.size()));
  return fmt::format("; known: {}{}", fmt::join(shown, ", "),
                     candidates.size() > kShown ? ", …" : "");
}

}  // namespace pipeline
