#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>

#include "cache/files.h"
#include "cache/found_files.h"
#include "cache/gc.h"
#include "cache/layout.h"
#include "cache/leftovers.h"
#include "cache/listing.h"
#include "cache/roots.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

/// The number of the last run that reached a result. A record that cannot be read only leaves its
/// results earlier in the order: that it needs none of them is known by now.
std::unordered_map<Digest, std::int64_t> last_runs(const Store& store) {
  std::unordered_map<Digest, std::int64_t> numbers;
  const auto note = [&](const Digest& key, std::int64_t number) {
    std::int64_t& last = numbers[key];
    last = std::max(last, number);
  };
  for (const fs::path& folder : run_folders(store))
    for (const FoundRun& found : runs_in(folder)) {
      if (!found.has_record) continue;
      try {
        const RunRecord run = read_run(found);
        for (const auto& [stage, key] : run.keys) note(key, run.number);
      } catch (const Error&) {
        // verify() tells of it.
      }
    }
  return numbers;
}

/// What no root reaches.
struct Candidate {
  Entry entry;
  std::uint64_t file_bytes, record_bytes;  ///< of the file with its end state
  std::int64_t last_run = 0, last_use = 0;
  bool without_file;  ///< or it loses it
};

class Planner {
 public:
  Planner(const Store& store, int keep_runs) : store_(store), layout_{store.root()} {
    plan_.keep_runs = keep_runs;
    Roots roots(store, keep_runs);
    try {
      roots.refresh();
    } catch (const Error& error) {
      throw Error(fmt::format("nothing is removed: {}", error.what()));
    }
    for (Entry& entry : list(store)) {
      const Digest& key = entry.record.key;
      const auto file = bytes_of(layout_.object(key));
      const std::uint64_t record = bytes_of(layout_.record(key)).value_or(0);
      const std::uint64_t bytes = file.value_or(0) + entry.state_bytes;
      total_ += bytes + record;
      if (roots.reach(key) || store.is_locked(key)) continue;
      if (is_link(layout_.object(key)) || is_link(layout_.record(key))) continue;
      const std::int64_t used = last_use(store, key).value_or(0);
      candidates_.push_back({std::move(entry), bytes, record, 0, used, !file});
    }
    plan_.leftovers = leftovers(store, roots, keep_runs);
    for (const fs::path& file : plan_.leftovers) plan_.bytes += bytes_of(file).value_or(0);
  }

  GcPlan plan(std::optional<std::uint64_t> max_bytes, std::uint64_t record_bytes) {
    if (max_bytes || bytes_of_records() > record_bytes) sort();
    for (Candidate& candidate : candidates_)
      if (!candidate.without_file && (!max_bytes || total_ > *max_bytes)) {
        add(plan_.items, candidate, candidate.file_bytes);
        plan_.items.back().state_bytes = candidate.entry.state_bytes;
        candidate.without_file = true;
      }
    std::uint64_t without_file = 0;
    for (const Candidate& candidate : candidates_)
      if (candidate.without_file) without_file += candidate.record_bytes;
    for (const Candidate& candidate : candidates_) {
      if (without_file <= record_bytes && (!max_bytes || total_ <= *max_bytes)) break;
      if (!candidate.without_file) continue;
      without_file -= candidate.record_bytes;
      add(plan_.records, candidate, candidate.record_bytes);
    }
    return std::move(plan_);
  }

 private:
  std::uint64_t bytes_of_records() const {
    std::uint64_t bytes = 0;
    for (const Candidate& candidate : candidates_) bytes += candidate.record_bytes;
    return bytes;
  }
  void sort() {
    const auto numbers = last_runs(store_);
    for (Candidate& candidate : candidates_)
      if (const auto number = numbers.find(candidate.entry.record.key); number != numbers.end())
        candidate.last_run = number->second;
    std::stable_sort(candidates_.begin(), candidates_.end(),
                     [](const Candidate& a, const Candidate& b) {
                       return std::tie(a.last_run, a.last_use) < std::tie(b.last_run, b.last_use);
                     });
  }
  void add(std::vector<GcPlan::Item>& items, const Candidate& candidate, std::uint64_t bytes) {
    items.push_back({candidate.entry.record, candidate.entry.last_used, bytes});
    total_ -= bytes;
    plan_.bytes += bytes;
  }

  const Store& store_;
  const Layout layout_;
  std::vector<Candidate> candidates_;
  std::uint64_t total_ = 0;  ///< of the cache, after what the plan removes
  GcPlan plan_;
};

}  // namespace

GcPlan plan_gc(const Store& store, int keep_runs, std::optional<std::uint64_t> max_bytes,
               std::uint64_t record_bytes) {
  return Planner(store, keep_runs).plan(max_bytes, record_bytes);
}

}  // namespace pipeline::cache
