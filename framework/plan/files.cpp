#include "plan/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "pipeline/utf8.h"

namespace pipeline::plan {
namespace fs = std::filesystem;
namespace {

fs::file_status status_of(const fs::path& file) {
  std::error_code problem;
  const fs::file_status status = fs::status(file, problem);
  if (!fs::status_known(status))
    throw Error(fmt::format("cannot read '{}': {}", file.string(), problem.message()));
  return status;
}

/// Sorted. Error for a name that no record can hold.
std::vector<std::string> names_in(const fs::path& folder) {
  std::error_code problem;
  std::vector<std::string> names;
  fs::directory_iterator entry(folder, problem);
  for (; !problem && entry != fs::directory_iterator(); entry.increment(problem))
    names.push_back(entry->path().filename().string());
  if (problem)
    throw Error(fmt::format("cannot read the folder '{}': {}", folder.string(), problem.message()));
  std::sort(names.begin(), names.end());
  for (const std::string& name : names)
    if (!is_utf8(name))
      throw Error(fmt::format("the folder '{}' holds a file whose name is no UTF-8; rename it",
                              folder.string()));
  return names;
}

cache::Digest state_of(const fs::path& file, const ReadDigest& read) {
  const fs::file_status status = status_of(file);
  if (!fs::exists(status)) return "";
  if (!fs::is_directory(status)) return read(file);
  const std::vector<std::string> names = names_in(file);
  return cache::digest_of(Value(Value::List(names.begin(), names.end())).to_json());
}

Value file_value(const fs::path& file, const ReadDigest& read, FileDigests& seen) {
  const cache::Digest digest = seen[file] = state_of(file, read);
  return digest.empty() ? Value() : Value::Map{{"content", digest}};
}

// What lies deeper down counts by its name alone.
Value folder_value(const fs::path& folder, const ReadDigest& read, FileDigests& seen) {
  if ((seen[folder] = state_of(folder, read)).empty()) return {};
  Value::Map files;
  for (const std::string& name : names_in(folder))
    files[name] = fs::is_directory(status_of(folder / name))
                      ? Value("a folder")
                      : file_value(folder / name, read, seen);
  return files;
}

}  // namespace

Value key_value(const Dependencies::File& file, const ReadDigest& read, FileDigests& seen) {
  const bool wants_folder = file.kind == Dependencies::FileKind::folder;
  const fs::file_status status = status_of(file.path);
  if (fs::exists(status) && fs::is_directory(status) != wants_folder)
    throw Error(fmt::format("cannot read '{}': expected a {}, found a {}", file.path.string(),
                            wants_folder ? "folder" : "file", wants_folder ? "file" : "folder"));
  return wants_folder ? folder_value(file.path, read, seen) : file_value(file.path, read, seen);
}

void require_unchanged(const FileDigests& seen, const ReadDigest& read) {
  for (const auto& [file, digest] : seen)
    if (state_of(file, read) != digest)
      throw Error(
          fmt::format("'{}' was changed while the run was under way; run again", file.string()));
}

}  // namespace pipeline::plan
