#include "config/source.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "pipeline/error.h"
#include "pipeline/paths.h"
#include "pipeline/utf8.h"

namespace pipeline::config {
namespace fs = std::filesystem;
namespace {

std::string name_of(const fs::path& file) {
  const fs::path path = tidied(file);
  if (path.is_relative()) return path.string();
  const fs::path inside = path.lexically_relative(absolute_path("."));
  return inside.empty() || *inside.begin() == ".." ? path.string() : inside.string();
}

std::string with_plain_line_ends(std::string_view text) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r') result += text[i];
    else if (i + 1 == text.size() || text[i + 1] != '\n') result += '\n';
  }
  return result;
}

// Noncharacters: the parser has its own use for two of them (see yaml_text.cpp).
bool is_noncharacter(std::string_view character) {
  return character.size() == 3 && character[0] == '\xEF' && character[1] == '\xB7' &&
         static_cast<unsigned char>(character[2]) >= 0x90 &&
         static_cast<unsigned char>(character[2]) <= 0xAF;
}

std::string complaint(std::string_view character) {
  const auto byte = static_cast<unsigned char>(character[0]);
  if (character.size() == 1 && byte >= 0x80)
    return fmt::format("the byte 0x{:02X} is not UTF-8; save the file as UTF-8", byte);
  if (character.size() == 1)
    return fmt::format("the control character 0x{:02X} is not allowed; is this a text file?", byte);
  return "a Unicode noncharacter is not allowed here; take it out";
}

}  // namespace

std::shared_ptr<Source> read_source(const fs::path& file) {
  const std::string name = name_of(file);
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (fs::is_directory(status))
    throw Error(fmt::format("'{}' is a folder; expected a pipeline file in YAML", name));
  if (fs::exists(status) && !fs::is_regular_file(status))
    throw Error(fmt::format("'{}' is no regular file; expected a pipeline file in YAML", name));
  std::ifstream stream(file, std::ios::binary);
  if (!stream)
    throw Error(fmt::format("cannot read '{}': {}", name,
                            error ? error.message() : std::string(std::strerror(errno))));
  const std::uintmax_t size = fs::file_size(file, error);
  if (!error && size > kLargestFile)
    throw Error(
        fmt::format("'{}' is larger than 256 MiB; make stages that are alike by a foreach", name));
  std::string text(error ? 0 : std::size_t(size), '\0');
  stream.read(text.data(), std::streamsize(text.size()));
  if (error || stream.bad()) throw Error(fmt::format("cannot read '{}' to its end", name));
  text.resize(std::size_t(stream.gcount()));
  auto source = std::make_shared<Source>();
  source->name = name;
  source->text = with_plain_line_ends(text);
  source->folder = absolute_path(file).parent_path();
  return source;
}

FileIdentity identity_of(const fs::path& file) {
  struct stat status {};
  if (stat(file.c_str(), &status) != 0)
    throw Error(fmt::format("cannot read '{}': {}", name_of(file), std::strerror(errno)));
  return {status.st_dev, status.st_ino};
}

bool lies_below(const fs::path& file, const fs::path& folder) {
  std::error_code problem;
  const fs::path inside =
      fs::canonical(file, problem)
          .lexically_relative(problem ? fs::path() : fs::canonical(folder, problem));
  return !problem && !inside.empty() && *inside.begin() != "..";
}

std::shared_ptr<const Source> argument_source(std::string text) {
  auto source = std::make_shared<Source>();
  source->name = "command line";
  source->text = std::move(text);
  source->folder = absolute_path(".");
  source->is_argument = true;
  return source;
}

bool check_characters(const std::shared_ptr<const Source>& source, Problems& problems) {
  const std::string_view text = source->text;
  int line = 1, column = 1;
  for (std::size_t i = 0; i < text.size(); ++column) {
    const std::size_t length = character_length(text.substr(i));
    const std::string_view character = text.substr(i, std::max<std::size_t>(1, length));
    const char first = character[0];
    const bool control = length == 1 && ((first >= 0 && first < ' ') || first == '\x7F') &&
                         first != '\n' && first != '\t';
    if (length == 0 || control || is_noncharacter(character)) {
      problems.add({source, line, column}, complaint(character));
      return false;
    }
    if (first == '\n') ++line, column = 0;
    i += length;
  }
  return true;
}

fs::path existing_file(const fs::path& file) {
  fs::path with_extension = file;
  with_extension += ".yaml";
  std::error_code error;
  for (const fs::path& candidate : {file, with_extension})
    if (const auto status = fs::status(candidate, error);
        !fs::status_known(status) || (fs::exists(status) && !fs::is_directory(status)))
      return candidate;
  return {};
}

std::vector<std::string> files_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".yaml") names.push_back(it->path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace pipeline::config
