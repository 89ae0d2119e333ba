#include "cache/runs.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "cache/files.h"
#include "cache/found_files.h"
#include "cache/identity.h"
#include "cache/layout.h"
#include "cache/record_text.h"

namespace pipeline::cache {
namespace fs = std::filesystem;

namespace {

Value to_value(const RunRecord& run) {
  Value::Map keys;
  for (const auto& [stage, key] : run.keys) keys[stage] = key;
  return Value::Map{{"pipeline", run.pipeline},
                    {"started", run.started},
                    {"file", run.file},
                    {"keys", std::move(keys)}};
}

}  // namespace

std::string file_name_for(const std::string& text) {
  std::string name;
  for (const char c : text) {
    const bool hides = c == '.' && name.empty();
    if (std::isalnum(static_cast<unsigned char>(c)) ||
        (c != '\0' && std::strchr("-_.:", c) && !hides))
      name += c;
    else name += fmt::format("%{:02x}", static_cast<unsigned char>(c));
  }
  if (name.empty()) return "%";
  constexpr std::size_t kLongest = 200;
  if (name.size() > kLongest) name = name.substr(0, 120) + "%" + digest_of(text);
  return name;
}

void save_run(Store& store, const RunRecord& run) {
  // A run that finds everything in a cache that it may only read is a good run without a history.
  if (faccessat(AT_FDCWD, store.root().c_str(), W_OK, AT_EACCESS) != 0) return;
  const Layout layout{store.root()};
  const fs::path folder = layout.runs() / file_name_for(run.pipeline);
  const fs::path file = folder / fmt::format("{}_{}_{}.json", file_name_for(run.started),
                                             boot_id().substr(0, 8), getpid());
  write_atomically(file, seal(to_value(run)), layout.tmp());
  for (const auto& [stage, key] : run.keys)
    if (is_digest(key)) utimensat(AT_FDCWD, layout.record(key).c_str(), nullptr, 0);
  const auto files = run_files(folder);
  for (std::size_t i = kKeptRuns; i < files.size(); ++i) remove_file(files[i]);
}

std::vector<fs::path> run_folders(const Store& store) {
  return files_in(Layout{store.root()}.runs());
}

std::vector<fs::path> run_files(const fs::path& folder) {
  auto files = files_in(folder);
  std::reverse(files.begin(), files.end());
  return files;
}

RunRecord read_run(const fs::path& file) {
  const auto text = read_text(file);
  if (!text) throw Error("it is gone");
  const Value value = unseal(*text);
  RunRecord run;
  run.pipeline = value.at("pipeline").as_string();
  run.started = value.at("started").as_string();
  run.file = value.at("file").as_string();
  for (const auto& [stage, key] : value.at("keys").as_map()) run.keys[stage] = key.as_string();
  return run;
}

std::optional<RunRecord> last_run(const Store& store, const std::string& pipeline) {
  for (const fs::path& file : run_files(Layout{store.root()}.runs() / file_name_for(pipeline)))
    try {
      return read_run(file);
    } catch (const Error&) {
      // verify() tells of it.
    }
  return std::nullopt;
}

}  // namespace pipeline::cache
