#pragma once
#include <functional>
#include <memory>

namespace pipeline::nn {

/// A number of threads that share loops. Results may not depend on them: a sum is cut by what there
/// is to add, never by how many threads there are.
class Threads {
 public:
  explicit Threads(int count = 1);  ///< at least 1
  ~Threads();
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  int count() const { return count_; }
  /// Calls body(0) … body(items - 1), each once, in any order and at the same time; one after
  /// another with a single thread. An exception from a body comes out once the others have ended.
  void each(int items, const std::function<void(int)>& body) const;

 private:
  struct Arena;
  int count_;
  std::unique_ptr<Arena> arena_;
};

}  // namespace pipeline::nn
