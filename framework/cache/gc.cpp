#include "cache/gc.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

#include "cache/cache_folder.h"
#include "cache/files.h"
#include "cache/layout.h"
#include "cache/leftovers.h"
#include "cache/listing.h"
#include "cache/roots.h"
#include "cache/roots_lock.h"
#include "cache/time.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

class Collector {
 public:
  Collector(Store& store, int keep_runs)
      : store_(store), layout_{store.root()}, roots_(store, keep_runs), lock_(layout_) {}

  /// Error, once all else has gone, where something could not be removed.
  void collect(const GcPlan& plan) {
    few_at_a_time(plan.items, [&](const GcPlan::Item& item) {
      if (may_go(item)) remove(layout_.object(item.record.key));
    });
    few_at_a_time(plan.records, [&](const GcPlan::Item& item) {
      if (!may_go(item) || store_.has_file(item.record)) return;
      remove(layout_.record(item.record.key));
      remove(layout_.object(item.record.key));
    });
    std::vector<fs::path> checkpoints;
    for (const fs::path& file : plan.leftovers)
      if (file.parent_path() == layout_.checkpoints()) checkpoints.push_back(file);
      else noting_problem([&] { remove_leftover(store_, file); });
    few_at_a_time(checkpoints, [&](const fs::path& file) {
      if (is_stale_checkpoint(store_, roots_, file)) remove(file);
    });
    if (!problem_.empty()) throw Error(problem_);
  }

 private:
  /// Has the roots' lock while `call` runs for some items, and then gives others as long a turn:
  /// also gc after gc holds up no run.
  template <class Item, class Call>
  void few_at_a_time(const std::vector<Item>& items, Call call) {
    constexpr std::size_t kFew = 32;
    for (std::size_t start = 0; start < items.size(); start += kFew) {
      roots_.refresh();  // so that little is left to be read while others wait
      const auto begin = std::chrono::steady_clock::now();
      {
        const std::unique_lock guard(lock_);
        roots_.refresh();
        for (std::size_t i = start; i < std::min(start + kFew, items.size()); ++i)
          noting_problem([&] { call(items[i]); });
      }
      removed_.clear();
      std::this_thread::sleep_for(std::chrono::steady_clock::now() - begin);
    }
  }

  // In a shared folder some things are another user's: they are no reason to keep the rest.
  template <class Call>
  void noting_problem(Call call) {
    try {
      call();
    } catch (const Error& error) {
      if (problem_.empty()) problem_ = fmt::format("{}; all else has been removed", error.what());
    }
  }

  bool may_go(const GcPlan::Item& item) const {
    const Digest& key = item.record.key;
    const auto used = last_use(store_, key);
    return used && utc(*used) == item.last_used && !roots_.reach(key) && !store_.is_locked(key);
  }

  // While it is open, the system does not begin to free its blocks, which takes long for large
  // ones.
  void remove(const fs::path& file) {
    removed_.push_back(open_file(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW));
    const fs::path folder = file.parent_path();
    CacheFolder(folder.parent_path(), folder.filename()).remove(file.filename());
  }

  Store& store_;
  const Layout layout_;
  Roots roots_;
  RootsLock lock_;
  std::vector<FileDescriptor> removed_;
  std::string problem_;  ///< the first
};

}  // namespace

void collect(Store& store, const GcPlan& plan) { Collector(store, plan.keep_runs).collect(plan); }

}  // namespace pipeline::cache
