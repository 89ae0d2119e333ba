#include "cache/runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>
#include <utility>

#include "cache/files.h"
#include "cache/found_files.h"
#include "cache/layout.h"
#include "cache/record_text.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kNumberDigits = 12, kExtensionLength = 5;

bool are_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Of older programs: <time of its start>_<boot id, or its beginning>_<process>.
bool is_old_stem(std::string_view stem) {
  const std::size_t process = stem.rfind('_');
  if (process == std::string_view::npos || !are_digits(stem.substr(process + 1))) return false;
  const std::size_t boot = stem.substr(0, process).rfind('_');
  return boot != std::string_view::npos && boot > 0 &&
         std::isdigit(static_cast<unsigned char>(stem[0]));
}

/// The number with which a run's name begins; 0 where none does.
std::int64_t number_of(std::string_view name) {
  std::int64_t number = 0;
  if (name.size() > kNumberDigits && name[kNumberDigits] == '_' &&
      are_digits(name.substr(0, kNumberDigits)))
    std::from_chars(name.data(), name.data() + kNumberDigits, number);
  return number;
}

/// A run by one of its files' names, without a stem.
std::optional<FoundRun> run_of_name(std::string_view name) {
  FoundRun run;
  (name.ends_with(".json") ? run.has_record : run.has_keys) = true;
  if (!name.ends_with(".json") && !name.ends_with(".keys")) return std::nullopt;
  name.remove_suffix(kExtensionLength);
  run.number = number_of(name);
  if (run.number > 0 && is_digest(name.substr(kNumberDigits + 1))) {
    run.id = name.substr(kNumberDigits + 1);
    return run;
  }
  return run.has_record && is_old_stem(name) ? std::optional(run) : std::nullopt;
}

std::set<Digest> digests_from(const Value& list) {
  std::set<Digest> digests;
  for (const Value& key : list.as_list()) digests.insert(key.as_string());
  return digests;
}

}  // namespace

std::optional<FoundRun> run_of_file(const fs::path& file) {
  auto run = run_of_name(file.filename().native());
  if (run) run->stem = fs::path(file).replace_extension();
  return run;
}

std::vector<FoundRun> runs_in(const fs::path& folder) {
  std::vector<FoundRun> runs;
  std::string_view last;
  const std::vector<std::string> names = names_in(folder);
  for (const std::string_view name : names) {
    auto run = run_of_name(name);
    if (!run) continue;
    const std::string_view stem = name.substr(0, name.size() - kExtensionLength);
    if (std::exchange(last, stem) == stem) {
      runs.back().has_record |= run->has_record;
      runs.back().has_keys |= run->has_keys;
    } else {
      run->stem = folder / stem;
      runs.push_back(std::move(*run));
    }
  }
  std::sort(runs.begin(), runs.end(), [](const FoundRun& a, const FoundRun& b) {
    return a.number != b.number ? a.number > b.number : a.stem.native() > b.stem.native();
  });
  return runs;
}

std::vector<fs::path> run_folders(const Store& store) {
  std::vector<fs::path> folders;
  for (const fs::path& folder : files_in(Layout{store.root()}.runs()))
    if (std::error_code ignored; fs::is_directory(folder, ignored)) folders.push_back(folder);
  return folders;
}

fs::path run_folder(const Store& store, const std::string& pipeline) {
  return Layout{store.root()}.runs() / file_name_for(pipeline);
}

std::int64_t next_number(const Store& store) {
  std::int64_t number = 0;
  for (const fs::path& folder : run_folders(store))
    for (const std::string& name : names_in(folder)) number = std::max(number, number_of(name));
  constexpr std::int64_t kHighest = 999'999'999'999;  // of kNumberDigits digits
  return std::min(number + 1, kHighest);
}

std::string text_of(const RunRecord& run) {
  Value::Map keys;
  for (const auto& [stage, key] : run.keys) keys[stage] = key;
  Value::List begun(run.begun.begin(), run.begun.end());
  return seal(Value::Map{{"pipeline", run.pipeline},
                         {"started", run.started},
                         {"file", run.file},
                         {"keys", std::move(keys)},
                         {"begun", std::move(begun)},
                         {"number", run.number}});
}

RunRecord read_run(const FoundRun& found) {
  const auto text = read_text(found.record());
  if (!text) throw Error("it is gone");
  const Value value = unseal(*text);
  RunRecord run;
  run.pipeline = value.at("pipeline").as_string();
  run.started = value.at("started").as_string();
  run.file = value.at("file").as_string();
  for (const auto& [stage, key] : value.at("keys").as_map()) run.keys[stage] = key.as_string();
  if (value.has("begun")) run.begun = digests_from(value.at("begun"));
  if (value.has("number")) run.number = value.at("number").as_int();
  if (run.number != found.number)
    throw Error(
        fmt::format("it is the record of run {}, and its name says {}", run.number, found.number));
  return run;
}

std::optional<RunRecord> last_run(const Store& store, const std::string& pipeline,
                                  const std::function<void(const std::string&)>& passed_over) {
  for (const FoundRun& run : runs_in(run_folder(store, pipeline))) {
    if (!run.has_record) continue;
    try {
      return read_run(run);
    } catch (const Unreadable& unreadable) {
      if (passed_over) passed_over(unreadable.problem());
    } catch (const Error& error) {
      if (passed_over) passed_over(fmt::format("'{}': {}", run.record().string(), error.what()));
    }
  }
  return std::nullopt;
}

std::string file_name_for(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool hides = c == '.' && name.empty();
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c != '\0' && std::strchr("-_.:", c));
    if (is_plain && !hides) name += c;
    else name += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  if (name.empty()) return "%";
  // One that is cut is longer than any that is not.
  constexpr std::size_t kLongest = 200, kDigest = 64;
  if (name.size() > kLongest) name = name.substr(0, kLongest - kDigest) + "%" + digest_of(text);
  return name;
}

}  // namespace pipeline::cache
