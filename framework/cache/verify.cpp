#include "cache/verify.h"

#include <fmt/format.h>

#include "cache/checkpoint.h"
#include "cache/families.h"
#include "cache/files.h"
#include "cache/found_files.h"
#include "cache/hdf5_file.h"
#include "cache/layout.h"
#include "cache/record_text.h"
#include "cache/runs.h"
#include "cache/stored_file.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

using Lines = std::vector<std::string>;

std::string advice(const Record& record) {
  return fmt::format("; remove the file, and a run that needs it computes stage '{}' of '{}' again",
                     record.stage, record.pipeline);
}

/// Everything of one action.
Lines verify_action(const Layout& layout, const Record& record) {
  Lines lines;
  const fs::path path = layout.object(record.key);
  const FileContents contents{record.outputs, record.file_bytes, record.structure_checksum};
  try {
    const OutputFile file(path, map_stored(path), contents);
    for (const auto& [port, output] : record.outputs) try {
        PendingChecks pending;
        const Digest digest = digest_of(file.load(port, pending));
        pending.wait();
        if (digest != output.digest)
          lines.push_back(fmt::format("'{}', output '{}': its digest is {}, its record says {}{}",
                                      path.string(), port, digest, output.digest, advice(record)));
      } catch (const Damaged& damaged) {
        lines.push_back(damaged.what() + advice(record));
      }
    for (const std::string& difference : differences_from_hdf5(path, record.outputs))
      lines.push_back(fmt::format("'{}': {}{}", path.string(), difference, advice(record)));
  } catch (const Error& error) {
    lines.push_back(error.what() + advice(record));
  }
  return lines;
}

// While others write to the cache and remove from it, a record may be older than its file.
Lines verify_steadily(const Store& store, const Digest& key) {
  Lines lines;
  for (int tries = 0; tries < 3; ++tries) {
    const auto before = store.find(key);
    // Of a result whose file is gone the record stays: it gives the digests for the keys below.
    if (!before || !fs::exists(fs::symlink_status(store.file_of(key)))) return {};
    lines = verify_action(Layout{store.root()}, *before);
    if (lines.empty()) break;
    const auto after = store.find(key);
    if (after && seal(to_value(*after)) == seal(to_value(*before)) &&
        fs::exists(fs::symlink_status(store.file_of(key))))
      break;
  }
  return lines;
}

std::string stray(const fs::path& path) {
  std::error_code ignored, problem;
  if (fs::is_directory(path, ignored)) fs::directory_iterator(path, problem);
  if (problem)
    return fmt::format("cannot read the folder '{}': {}; what it has is made again where needed",
                       path.string(), problem.message());
  return fmt::format("'{}' does not belong here; move it elsewhere", path.string());
}

template <class Check>
void check_text(const fs::path& path, const char* advice, Lines& lines, Check check) {
  try {
    if (const auto text = read_text(path)) check(unseal(*text));
  } catch (const Unreadable& unreadable) {
    lines.push_back(fmt::format("{}; {}", unreadable.problem(), advice));
  } catch (const Error& error) {
    lines.push_back(fmt::format("'{}': {}; {}", path.string(), error.what(), advice));
  }
}

void verify_records(const Store& store, Lines& lines) {
  const Layout layout{store.root()};
  for (const FoundFile& file : files_by_key(layout.records(), ".json")) {
    if (file.key.empty()) {
      lines.push_back(stray(file.path));
      continue;
    }
    const auto before = lines.size();
    check_text(file.path, "remove it; its action runs again where it is needed", lines,
               [&](const Value& value) {
                 if (const Digest key = record_from(value).key; key != file.key)
                   throw Error(fmt::format("it is the record of {}", key));
               });
    if (lines.size() > before) continue;
    for (std::string& line : verify_steadily(store, file.key)) lines.push_back(std::move(line));
  }
  for (const FoundFile& file : files_by_key(layout.objects(), kExtension))
    if (file.key.empty()) lines.push_back(stray(file.path));
}

void verify_state(const FoundFile& file, const char* advice, Lines& lines) {
  if (file.key.empty()) return lines.push_back(stray(file.path));
  try {
    load_checkpoint(file.path, file.key);
  } catch (const Error& error) {
    lines.push_back(fmt::format("{}; remove the file, and {}", error.what(), advice));
  }
}

void verify_states(const Layout& layout, Lines& lines) {
  for (const fs::path& path : files_in(layout.checkpoints())) {
    const std::string key = path.stem().string();
    const bool is_one = is_digest(key) && path.extension() == kExtension;
    verify_state({path, is_one ? key : ""}, "its action starts from the beginning", lines);
  }
  for (const FoundFile& file : files_by_key(layout.states(), kExtension))
    verify_state(file, "a longer one extends a shorter one, or starts from the beginning", lines);
  for (const FoundFile& file : member_files(layout))
    if (file.key.empty()) lines.push_back(stray(file.path));
}

void verify_runs(const Store& store, Lines& lines) {
  for (const fs::path& folder : run_folders(store)) {
    for (const fs::path& path : files_in(folder))
      if (!run_of_file(path)) lines.push_back(stray(path));
    for (const FoundRun& run : runs_in(folder)) try {
        if (run.has_record) read_run(run);
      } catch (const Error& error) {
        if (!fs::exists(run.record())) continue;  // the oldest are forgotten now and then
        lines.push_back(fmt::format("'{}': {}; remove this file: it only tells of a run",
                                    run.record().string(), error.what()));
      }
  }
}

}  // namespace

std::vector<std::string> verify(const Store& store) {
  const Layout layout{store.root()};
  Lines lines;
  verify_records(store, lines);
  verify_states(layout, lines);
  verify_runs(store, lines);
  for (const FoundFile& file : files_by_key(layout.files(), ".json"))
    if (file.key.empty()) lines.push_back(stray(file.path));
    else check_text(file.path, "remove it", lines, [](const Value& value) { value.at("sha256"); });
  for (const fs::path& path : files_in(layout.pins()))
    if (!is_digest(path.filename().string())) lines.push_back(stray(path));
  return lines;
}

}  // namespace pipeline::cache
