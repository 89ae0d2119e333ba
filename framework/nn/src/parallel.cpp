#include "pipeline/nn/parallel.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>

namespace pipeline::nn {

struct Threads::Arena {
  explicit Arena(int count) : arena(count) {
    // A user may ask for more threads than there are processors; TBB would warn and give fewer.
    static const tbb::global_control allowed(tbb::global_control::max_allowed_parallelism, 256);
  }
  tbb::task_arena arena;
};

Threads::Threads(int count) : count_(std::max(count, 1)) {
  if (count_ > 1) arena_ = std::make_unique<Arena>(count_);
}

Threads::~Threads() = default;

void Threads::each(int items, const std::function<void(int)>& body) const {
  if (!arena_ || items <= 1) {
    for (int i = 0; i < items; ++i) body(i);
    return;
  }
  arena_->arena.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<int>(0, items, 1),
        [&](const tbb::blocked_range<int>& range) {
          for (int i = range.begin(); i < range.end(); ++i) body(i);
        },
        tbb::simple_partitioner());
  });
}

}  // namespace pipeline::nn
