#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace pipeline::tsne {

/// The threads that the stage was given. What a task writes depends on its number alone, and sums
/// are added in the order of the tasks, so that results do not depend on the number of threads.
class Workers {
 public:
  explicit Workers(int threads);
  ~Workers();
  int threads() const { return threads_; }

  /// Calls task(i, thread) for every i < count, in any order, with thread < threads(). What a task
  /// throws is thrown here.
  void each(std::int64_t count, const std::function<void(std::int64_t i, int thread)>& task);

  /// Splits [0, count) into pieces of `piece`, whatever the number of threads.
  void pieces(std::int64_t count, std::int64_t piece,
              const std::function<void(std::int64_t first, std::int64_t last)>& task);

  /// Calls both, at once where there are threads; either may call the other functions here.
  void both(const std::function<void()>& one, const std::function<void()>& other);

  /// As pieces(); gives the sum of what the pieces give, added in their order.
  double sum(std::int64_t count, std::int64_t piece,
             const std::function<double(std::int64_t first, std::int64_t last)>& task);

 private:
  struct Arena;
  int threads_;
  std::unique_ptr<Arena> arena_;
};

}  // namespace pipeline::tsne
