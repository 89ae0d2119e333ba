#include "workers.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_invoke.h>
#include <tbb/task_arena.h>

#include <algorithm>

namespace pipeline::tsne {

struct Workers::Arena {
  explicit Arena(int threads) : arena(threads) {
    // More threads may be asked for than there are processors; TBB would warn and give fewer.
    static const tbb::global_control allowed(tbb::global_control::max_allowed_parallelism, 256);
  }
  tbb::task_arena arena;
};

Workers::Workers(int threads) : threads_(std::max(threads, 1)) {
  if (threads_ > 1) arena_ = std::make_unique<Arena>(threads_);
}

Workers::~Workers() = default;

void Workers::each(std::int64_t count,
                   const std::function<void(std::int64_t i, int thread)>& task) {
  if (!arena_ || count < 2) {
    for (std::int64_t i = 0; i < count; ++i) task(i, 0);
    return;
  }
  arena_->arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::int64_t>(0, count), [&](const auto& range) {
      const int thread = tbb::this_task_arena::current_thread_index();
      for (std::int64_t i = range.begin(); i < range.end(); ++i) task(i, thread);
    });
  });
}

void Workers::both(const std::function<void()>& one, const std::function<void()>& other) {
  if (!arena_) return one(), other();
  arena_->arena.execute([&] { tbb::parallel_invoke(one, other); });
}

void Workers::pieces(std::int64_t count, std::int64_t piece,
                     const std::function<void(std::int64_t first, std::int64_t last)>& task) {
  each((count + piece - 1) / piece,
       [&](std::int64_t i, int) { task(i * piece, std::min(count, (i + 1) * piece)); });
}

double Workers::sum(std::int64_t count, std::int64_t piece,
                    const std::function<double(std::int64_t first, std::int64_t last)>& task) {
  std::vector<double> parts(std::size_t((count + piece - 1) / piece));
  pieces(count, piece, [&](std::int64_t first, std::int64_t last) {
    parts[std::size_t(first / piece)] = task(first, last);
  });
  double total = 0;
  for (double part : parts) total += part;
  return total;
}

}  // namespace pipeline::tsne
