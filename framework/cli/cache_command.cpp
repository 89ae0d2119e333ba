#include <fmt/format.h>

#include <algorithm>

#include "cache/gc.h"
#include "cache/listing.h"
#include "cache/pins.h"
#include "cache/verify.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/start_folder.h"
#include "cli/workspace.h"

namespace pipeline::cli {
namespace {

std::string size_text(std::uint64_t bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  double size = double(bytes);
  int unit = 0;
  while (size >= 1000 && unit < 4) size /= 1000, ++unit;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.1f} {}", size, units[unit]);
}

/// "500 MB", "2GB", "1048576".
std::uint64_t parse_size(const std::string& text) {
  std::size_t read = 0;
  double number = 0;
  try {
    number = std::stod(text, &read);
  } catch (const std::exception&) {
    read = 0;
  }
  std::string unit = text.substr(read);
  unit.erase(std::remove(unit.begin(), unit.end(), ' '), unit.end());
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](unsigned char c) { return char(std::toupper(c)); });
  const std::map<std::string, double> factors = {
      {"", 1},      {"B", 1},   {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9},
      {"TB", 1e12}, {"K", 1e3}, {"M", 1e6},  {"G", 1e9},  {"T", 1e12}};
  const auto factor = factors.find(unit);
  if (read == 0 || factor == factors.end() || !(number >= 0) || number * factor->second > 1e18)
    throw Error(fmt::format("--max-size must be a size such as '500 MB', got '{}'", text));
  return std::uint64_t(number * factor->second);
}

/// `output` is "" where the file is gone; `state_bytes` are those of the end state.
Value::Map entry_of(const cache::Record& record, const std::string& last_used,
                    const std::string& output, std::uint64_t state_bytes) {
  return {{"key", record.key},
          {"stage", record.stage},
          {"pipeline", record.pipeline},
          {"component", record.component},
          {"created", record.created},
          {"last_used", last_used},
          {"seconds", record.seconds},
          {"bytes", std::int64_t(record.file_bytes)},
          {"output", as_written(output)},
          {"state_bytes", std::int64_t(state_bytes)}};
}

/// `size` is that of the result with its end state.
void print_row(const cache::Record& record, const std::string& last_used, const std::string& size) {
  fmt::print("{:.12}  {:<16} {:<16} {:>10} {:>10}  used {}\n", record.key,
             printable(record.pipeline), printable(record.stage), size, duration(record.seconds),
             printable(last_used));
}

int list(const cache::Store& store, const Arguments& arguments) {
  const auto entries = cache::list(store);
  std::uint64_t bytes = 0;
  std::size_t without_file = 0;
  Value::List json;
  for (const cache::Entry& entry : entries) {
    const std::uint64_t of_both =
        (entry.has_file ? entry.record.file_bytes : 0) + entry.state_bytes;
    bytes += of_both;
    if (!entry.has_file) ++without_file;
    if (!arguments.has("json")) {
      print_row(entry.record, entry.last_used, of_both > 0 ? size_text(of_both) : "record");
      continue;
    }
    json.emplace_back(entry_of(entry.record, entry.last_used,
                               entry.has_file ? store.file_of(entry.record.key).string() : "",
                               entry.state_bytes));
  }
  if (arguments.has("json")) print_json(std::move(json));
  else
    fmt::print("{} results, {}{}\n", entries.size() - without_file, size_text(bytes),
               without_file ? fmt::format("; of {} more the record alone", without_file) : "");
  return kDone;
}

int verify(const cache::Store& store, const Arguments& arguments) {
  const auto problems = as_written(cache::verify(store));
  if (arguments.has("json")) {
    Value::Map map{{"ok", problems.empty()}};
    map["problems"] = Value::List(problems.begin(), problems.end());
    print_json(std::move(map));
    return problems.empty() ? kDone : kStageFailed;
  }
  for (const std::string& problem : problems) fmt::print("{}\n", printable(problem));
  if (problems.empty()) {
    const auto entries = cache::list(store);
    fmt::print("{} results, all as they were written\n",
               std::count_if(entries.begin(), entries.end(),
                             [](const cache::Entry& entry) { return entry.has_file; }));
  } else {
    fmt::print("{} problem{}\n", problems.size(), problems.size() == 1 ? "" : "s");
  }
  return problems.empty() ? kDone : kStageFailed;
}

Value::List items_of(const std::vector<cache::GcPlan::Item>& items, const cache::Store& store) {
  Value::List list;
  for (const cache::GcPlan::Item& item : items)
    list.emplace_back(entry_of(item.record, item.last_used, store.file_of(item.record.key).string(),
                               item.state_bytes));
  return list;
}

/// With `removed`, what has gone; without, what would go.
void print_as_json(const cache::Store& store, bool removed, const cache::Collected& done) {
  const auto problems = as_written(done.problems);
  print_json(Value::Map{{"removed", removed},
                        {"items", items_of(done.gone.items, store)},
                        {"records", items_of(done.gone.records, store)},
                        {"leftovers", std::int64_t(done.gone.leftovers.size())},
                        {"bytes", std::int64_t(done.gone.bytes)},
                        {"needed", std::int64_t(done.needed)},
                        {"failed", std::int64_t(done.failed)},
                        {"problems", Value::List(problems.begin(), problems.end())}});
}

void print_as_text(bool removed, const cache::Collected& done) {
  for (const cache::GcPlan::Item& item : done.gone.items)
    print_row(item.record, item.last_used, size_text(item.bytes));
  fmt::print(
      "the files of {} results (their records stay), {} records without a file and {} leftover "
      "files, {}{}",
      done.gone.items.size(), done.gone.records.size(), done.gone.leftovers.size(),
      size_text(done.gone.bytes), removed ? " removed" : " would go; add --yes to remove them");
  if (done.needed) fmt::print("; {} stay, since something needs them by now", done.needed);
  if (done.failed) fmt::print("; {} stay that could not be removed:", done.failed);
  fmt::print("\n");
  for (const std::string& problem : done.problems)
    fmt::print("  {}\n", printable(as_written(problem)));
}

int gc(cache::Store& store, const Arguments& arguments) {
  std::optional<std::uint64_t> max_bytes;
  if (arguments.has("max-size")) max_bytes = parse_size(arguments.get("max-size", ""));
  auto plan = cache::plan_gc(store, arguments.get_int("keep-runs", 5, 0), max_bytes);
  const bool remove = arguments.has("yes");
  cache::Collected done;
  if (remove) done = cache::collect(store, plan);
  else done.gone = std::move(plan);
  if (arguments.has("json")) print_as_json(store, remove, done);
  else print_as_text(remove, done);
  return done.failed ? kStageFailed : kDone;
}

}  // namespace

int cache_command(const std::vector<std::string>& given) {
  const Arguments arguments(
      "cache", given,
      {kCache,
       {"keep-runs", "N", "gc: results of each pipeline's last N runs stay (default: 5)"},
       {"max-size", "SIZE", "gc: remove only until the cache has this size, as in '2 GB'"},
       {"yes", "", "gc: remove, instead of telling what would go"},
       kJson});
  if (arguments.wants_help()) return kDone;
  const std::vector<std::string> words = {"ls", "verify", "gc", "pin", "unpin"};
  const std::string word = arguments.positional().empty() ? "" : arguments.positional()[0];
  if (std::find(words.begin(), words.end(), word) == words.end())
    throw Error(
        fmt::format("expected one of ls, verify, gc, pin, unpin after 'pipeline cache', got '{}'{}",
                    word, near_miss(word, words)));
  const bool takes_key = word == "pin" || word == "unpin";
  arguments.at_most(takes_key ? 2 : 1);
  const std::filesystem::path folder = cache_folder(arguments);
  std::error_code problem;
  const bool exists = std::filesystem::exists(folder, problem);
  if (problem)
    throw Error(fmt::format("cannot look at '{}': {}; name another folder with --cache",
                            folder.string(), problem.message()));
  if (!exists)
    throw Error(
        fmt::format("there is no cache at '{}'; name its folder with --cache", folder.string()));
  const bool looks = word == "ls" || word == "verify" || (word == "gc" && !arguments.has("yes"));
  cache::Store store(folder, looks ? cache::Store::Access::read : cache::Store::Access::write);
  tell_repairs(store);
  if (word == "ls") return list(store, arguments);
  if (word == "verify") return verify(store, arguments);
  if (word == "gc") return gc(store, arguments);
  if (arguments.positional().size() != 2)
    throw Error(fmt::format(
        "expected one key after 'pipeline cache {}', as `pipeline cache ls` shows it", word));
  const cache::Digest key = cache::find_key(store, arguments.positional()[1]);
  word == "pin" ? cache::pin(store, key) : cache::unpin(store, key);
  fmt::print("{} {}\n", word == "pin" ? "pinned" : "no longer pinned:", key);
  return kDone;
}

}  // namespace pipeline::cli
