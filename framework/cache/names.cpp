#include "cache/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/printable.h"
#include "pipeline/utf8.h"

namespace pipeline::cache {
namespace {

std::string quoted(std::string_view text) { return "'" + printable(shortened(text, 80)) + "'"; }

/// What is wrong with the name, or "".
std::string problem_of_name(std::string_view name) {
  constexpr std::size_t kLongest = 255;
  if (name.empty()) return "is empty";
  if (name == "." || name == "..") return "has a meaning of its own in paths";
  if (name.size() > kLongest) return fmt::format("is longer than {} bytes", kLongest);
  if (!is_utf8(name)) return "is not UTF-8";
  if (std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }))
    return "has a control character";
  if (name.find('/') != std::string_view::npos) return "has a '/'";
  return "";
}

void require_path(const std::string& port, const Artifact& artifact, const std::string& path) {
  for (std::size_t start = 0; start <= path.size();) {
    const std::size_t end = std::min(path.find('/', start), path.size());
    const std::string name = path.substr(start, end - start);
    if (const auto problem = problem_of_name(name); !problem.empty())
      throw Error(
          fmt::format("output '{}' has an array {}, whose path cannot be stored: the name "
                      "{} {}; rename it",
                      port, quoted(path), quoted(name), problem));
    if (end < path.size() && artifact.arrays.count(path.substr(0, end)))
      throw Error(
          fmt::format("output '{}' has arrays '{}' and '{}', but in HDF5 a name stands for "
                      "an array or for a group of them; rename one",
                      port, path.substr(0, end), path));
    start = end + 1;
  }
}

void require_text(const std::string& port, const std::string& attribute, std::string_view text) {
  const char* problem = !is_utf8(text)                              ? "is not UTF-8"
                        : text.find('\0') != std::string_view::npos ? "has a NUL character"
                                                                    : nullptr;
  if (problem)
    throw Error(
        fmt::format("output '{}' has an attribute {} with text that {}; put bytes into an "
                    "array of u8",
                    port, quoted(attribute), problem));
}

void require_attribute(const std::string& port, const std::string& attribute, const Value& value) {
  if (value.is_string()) require_text(port, attribute, value.as_string());
  if (value.is_list())
    for (const Value& item : value.as_list()) require_attribute(port, attribute, item);
  if (value.is_map())
    for (const auto& [key, item] : value.as_map()) {
      require_text(port, attribute, key);
      require_attribute(port, attribute, item);
    }
}

void require_arrays(const std::string& port, const Artifact& artifact) {
  const bool single = artifact.type == "array";
  if (single && (artifact.arrays.size() != 1 || !artifact.arrays.count("")))
    throw Error(
        fmt::format("output '{}' is of type 'array' and so must have one array, with the "
                    "path \"\"; it has {} arrays",
                    port, artifact.arrays.size()));
  for (const auto& [path, array] : artifact.arrays) {
    if (!single) require_path(port, artifact, path);
    constexpr std::size_t kHighestRank = 32;
    if (array.shape().size() > kHighestRank)
      throw Error(fmt::format("output '{}' has an array of rank {}; HDF5 stores ranks up to {}",
                              port, array.shape().size(), kHighestRank));
    if (array.dtype() == DType::utf8 && array.shape().size() != 1)
      throw Error(fmt::format("output '{}' has text of shape {}; text has rank 1", port,
                              to_string(array.shape())));
    if (array.dtype() == DType::utf8 && array.bytes() > UINT32_MAX)
      throw Error(fmt::format("output '{}' has a text of {} bytes; HDF5 stores up to {}", port,
                              array.bytes(), UINT32_MAX));
  }
}

}  // namespace

void require_storable(const std::map<std::string, Artifact>& outputs) {
  for (const auto& [port, artifact] : outputs) {
    if (const auto problem = problem_of_name(port); !problem.empty())
      throw Error(fmt::format("an output cannot be named {}: the name {}", quoted(port), problem));
    if (artifact.type.empty())
      throw Error(fmt::format("output '{}' has no type; an artifact must say what it is", port));
    require_text(port, kTypeAttribute, artifact.type);
    for (const auto& [name, value] : artifact.attributes) {
      if (const auto problem = problem_of_name(name); !problem.empty() && problem != "has a '/'")
        throw Error(
            fmt::format("output '{}' has an attribute {}, which cannot be stored: its name "
                        "{}; rename it",
                        port, quoted(name), problem));
      if (name == kTypeAttribute)
        throw Error(
            fmt::format("output '{}' has an attribute '{}', a name that stands for the "
                        "artifact's type; rename it",
                        port, name));
      require_attribute(port, name, value);
    }
    require_arrays(port, artifact);
  }
}

}  // namespace pipeline::cache
