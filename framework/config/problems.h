#pragma once
#include <cstddef>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "config/config.h"

namespace pipeline::config {

/// The deepest nesting of values, in a file, through vars and through overrides.
inline constexpr int kDeepest = 100;

/// Collects what is wrong while loading goes on, and bounds how much a pipeline may grow to.
class Problems {
 public:
  /// The same message at the same position counts once (a foreach meets it in each stage). Throws
  /// Errors after a hundred: more help nobody, and the search for near names takes its time. Of a
  /// source that may not be quoted the place alone is told.
  void add(const Position& at, std::string message);
  /// Adds and throws Errors with everything so far: nothing sensible can follow.
  [[noreturn]] void stop(const Position& at, std::string message);
  void throw_if_any();
  std::vector<Diagnostic> take() { return std::move(list_); }
  /// How often something was added, the same thing or not.
  int additions() const { return additions_; }

  /// Every value costs one unit and another for each 32 bytes of text, again wherever an alias, a
  /// var or a foreach copies it. Stops when the pipeline's units are used up: so many, and more
  /// for each byte of its sources, since what may not happen is that a short text grows large.
  void charge(const Position& at, std::size_t units);
  /// Called with the size of each source that is read.
  void allow_for(std::size_t source_bytes) { most_units_ += kUnitsPerByte * source_bytes; }

 private:
  static constexpr std::size_t kMostListed = 100;
  static constexpr std::size_t kUnits = 200'000, kUnitsPerByte = 8;
  std::vector<Diagnostic> list_;
  std::set<std::tuple<const Source*, int, int, std::string>> seen_;
  std::size_t units_ = 0, most_units_ = kUnits;
  int additions_ = 0;
};

/// What may be missing because something wrong was left out, a file for one: that it is not there
/// is no mistake of its own.
struct Missing {
  bool vars = false;
  bool stages = false;
  bool parts = false;  ///< of the stages that are there
};

/// The units of one value without its parts.
inline std::size_t units_of_text(std::size_t bytes) { return 1 + bytes / 32; }
/// The units of a value with all its parts.
std::size_t units_of(const Node& node);
/// 1 for a scalar, 1 more for each level of lists and maps around it.
int depth_of(const Node& node);

/// suggestion(), or nothing where there are more than 1000 names to compare with.
std::string near_names(std::string_view name, const std::vector<std::string>& candidates);

/// "the string 'a'", "a map of 2 entries": for messages.
std::string describe(const Node& node);
/// The value of a key of a map, or null where there is none.
const Node* find(const Node& map, std::string_view key);

}  // namespace pipeline::config
