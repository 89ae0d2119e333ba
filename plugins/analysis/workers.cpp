#include "workers.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>

namespace pipeline::analysis {

void Workers::each(std::int64_t count, const std::function<void(std::int64_t i)>& task) const {
  const auto checked = [&](std::int64_t i) {
    context_.check_cancelled();
    task(i);
  };
  const int threads = int(std::min<std::int64_t>(context_.threads(), count));
  if (threads < 2) {
    for (std::int64_t i = 0; i < count; ++i) checked(i);
    return;
  }
  // More threads may be asked for than there are processors; TBB would warn and give fewer.
  static const tbb::global_control allowed(tbb::global_control::max_allowed_parallelism, 256);
  tbb::task_arena arena(threads);
  arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::int64_t>(0, count, 1), [&](const auto& range) {
      for (std::int64_t i = range.begin(); i < range.end(); ++i) checked(i);
    });
  });
}

void Workers::pieces(std::int64_t count, std::int64_t piece,
                     const std::function<void(std::int64_t first, std::int64_t last)>& task) const {
  each((count + piece - 1) / piece,
       [&](std::int64_t i) { task(i * piece, std::min(count, (i + 1) * piece)); });
}

}  // namespace pipeline::analysis
