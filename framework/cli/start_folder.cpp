#include "cli/start_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "pipeline/error.h"

namespace pipeline::cli {
namespace fs = std::filesystem;
namespace {

fs::path start_folder;

struct Written {
  std::string absolute, written;
};
std::vector<Written> written_paths;

bool goes_on(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == '-' || c == '.' || (c & 0x80);
}

/// As a whole path, or the beginning of one: not as a part of "/x<path>" or of "<path>2".
bool is_path_at(std::string_view text, std::size_t at, std::string_view path) {
  const bool begins = at == 0 || !(goes_on(text[at - 1]) || text[at - 1] == '/');
  const std::size_t end = at + path.size();
  return begins && (end == text.size() || !goes_on(text[end]));
}

}  // namespace

void remember_start_folder() {
  std::error_code problem;
  start_folder = fs::current_path(problem);
  if (problem)
    throw Error(
        fmt::format("the working directory is gone or cannot be read ({}); go to one that is "
                    "there, as with 'cd \"$PWD\"' if it has been made anew",
                    problem.message()));
}

fs::path from_start(const std::string& path) {
  const fs::path absolute = start_folder / path;
  if (fs::path(path).is_relative() && !path.empty())
    written_paths.push_back({absolute.string(), path});
  // A longer path before one that it begins with.
  std::sort(written_paths.begin(), written_paths.end(), [](const Written& a, const Written& b) {
    return a.absolute.size() > b.absolute.size();
  });
  return absolute;
}

std::string as_written(std::string text) {
  for (const Written& path : written_paths)
    for (std::size_t at = 0; (at = text.find(path.absolute, at)) != std::string::npos;) {
      const bool found = is_path_at(text, at, path.absolute);
      if (found) text.replace(at, path.absolute.size(), path.written);
      at += found ? path.written.size() : 1;
    }
  return text;
}

std::vector<std::string> as_written(std::vector<std::string> texts) {
  for (std::string& text : texts) text = as_written(std::move(text));
  return texts;
}

}  // namespace pipeline::cli
