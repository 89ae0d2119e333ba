#pragma once
#include <cstdint>
#include <functional>

#include "pipeline/stage.h"

namespace pipeline::analysis {

/// The threads that a stage was given. What a task writes depends on its number alone, so that
/// results do not depend on the number of threads; a run that is stopped ends between two tasks.
class Workers {
 public:
  explicit Workers(const Context& context) : context_(context) {}
  /// Calls task(i) for every i < count, in any order. What a task throws is thrown here.
  void each(std::int64_t count, const std::function<void(std::int64_t i)>& task) const;
  /// Splits [0, count) into pieces of `piece`, whatever the number of threads.
  void pieces(std::int64_t count, std::int64_t piece,
              const std::function<void(std::int64_t first, std::int64_t last)>& task) const;

 private:
  const Context& context_;
};

}  // namespace pipeline::analysis
