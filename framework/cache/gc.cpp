#include "cache/gc.h"

#include <fcntl.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <thread>

#include "cache/cache_folder.h"
#include "cache/files.h"
#include "cache/found_files.h"
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

  Collected collect(const GcPlan& plan) {
    done_.gone.keep_runs = plan.keep_runs;
    const std::size_t planned = plan.items.size() + plan.records.size() + plan.leftovers.size();
    try {
      remove_all(plan);
    } catch (const Error& error) {
      done_.problems.push_back(fmt::format("nothing more is removed: {}", error.what()));
    }
    done_.failed = planned - settled_;
    return std::move(done_);
  }

 private:
  void remove_all(const GcPlan& plan) {
    few_at_a_time(plan.items, [&](const GcPlan::Item& item) {
      settle(done_.gone.items, item, item.bytes, remove_file_of(item));
    });
    few_at_a_time(plan.records, [&](const GcPlan::Item& item) {
      if (const auto removal = remove_record_of(item))
        settle(done_.gone.records, item, item.bytes, *removal);
    });
    std::vector<fs::path> states;
    for (const fs::path& file : plan.leftovers)
      if (is_state(store_, file)) states.push_back(file);
      else
        noting_problem([&] {
          const std::uint64_t bytes = bytes_of(file).value_or(0);
          settle(done_.gone.leftovers, file, bytes, remove_leftover(store_, file));
        });
    few_at_a_time(states, [&](const fs::path& file) {
      const std::uint64_t bytes = bytes_of(file).value_or(0);
      settle(done_.gone.leftovers, file, bytes,
             is_stale_state(store_, roots_, file) ? removal(remove(file)) : Removal::needed);
    });
  }

  /// Has the roots' lock while `call` runs for some items, and then gives others as long a turn:
  /// also gc after gc holds up no run. Error where what is to be kept cannot be told.
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
      done_.problems.push_back(error.what());
    }
  }

  template <class Entry>
  void settle(std::vector<Entry>& gone, const Entry& entry, std::uint64_t bytes, Removal removal) {
    ++settled_;
    if (removal == Removal::needed) ++done_.needed;
    if (removal != Removal::done) return;
    gone.push_back(entry);
    done_.gone.bytes += bytes;
  }

  Removal remove_file_of(const GcPlan::Item& item) {
    const Digest& key = item.record.key;
    if (!last_use(store_, key)) return Removal::absent;
    if (!may_go(item)) return Removal::needed;
    remove(layout_.state(key));  // first: the object is what tells that the result has gone
    return removal(remove(layout_.object(key)));
  }

  /// None where the file could not be removed, which is told by now: its record stays with it.
  std::optional<Removal> remove_record_of(const GcPlan::Item& item) {
    const Digest& key = item.record.key;
    if (!last_use(store_, key)) return Removal::absent;
    if (!may_go(item)) return Removal::needed;
    if (store_.has_file(item.record)) return std::nullopt;
    remove(layout_.state(key));
    remove(layout_.object(key));
    return removal(remove(layout_.record(key)));
  }

  bool may_go(const GcPlan::Item& item) const {
    const Digest& key = item.record.key;
    const auto used = last_use(store_, key);
    return used && utc(*used) == item.last_used && !roots_.reach(key) && !store_.is_locked(key);
  }

  // While it is open, the system does not begin to free its blocks, which takes long for large
  // ones.
  bool remove(const fs::path& file) {
    removed_.push_back(open_file(file, O_RDONLY | O_NONBLOCK | O_NOFOLLOW));
    const fs::path folder = file.parent_path();
    return CacheFolder(folder.parent_path(), folder.filename()).remove(file.filename());
  }

  Store& store_;
  const Layout layout_;
  Roots roots_;
  RootsLock lock_;
  std::vector<FileDescriptor> removed_;
  Collected done_;
  std::size_t settled_ = 0;  ///< entries of the plan that have gone, or stay for a good reason
};

}  // namespace

Collected collect(Store& store, const GcPlan& plan) {
  return Collector(store, plan.keep_runs).collect(plan);
}

}  // namespace pipeline::cache
