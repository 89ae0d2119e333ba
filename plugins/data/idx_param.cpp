#include "idx_param.h"

#include <fmt/format.h>

#include "pipeline/paths.h"

namespace pipeline {
namespace {

namespace fs = std::filesystem;

// The name with ".gz" if it has none, without if it has.
std::string other_form(const std::string& name) {
  return name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name + ".gz";
}

// Where the files of these names come from.
std::string advice(const fs::path& file) {
  if (file.filename().string().find("-ubyte") == std::string::npos) return "";
  if (file.string().find("fashion") != std::string::npos)
    return "; Debian's package dataset-fashion-mnist brings it";
  return fmt::format("; 'tools/fetch-mnist --dir {}' downloads it", file.parent_path().string());
}

}  // namespace

void ParamType<data::IdxPath>::assign(data::IdxPath& member, const Value& value, const Assign& at) {
  if (!value.is_string() || value.as_string().empty()) return at.mismatch("a path", value);
  const std::string& name = value.as_string();
  const fs::path file = tidied(at.base_directory() / name);
  const fs::path other = tidied(at.base_directory() / other_form(name));
  std::error_code ignored;
  if (fs::status(file, ignored).type() != fs::file_type::not_found)
    return ParamType<Path>::assign(member.path, value, at);
  if (fs::exists(other, ignored)) return ParamType<Path>::assign(member.path, other_form(name), at);
  at.error(fmt::format("{} must be a file, got '{}': no such file, with or without .gz{}",
                       at.subject(), file.string(), advice(file)));
}

}  // namespace pipeline
