#include "config/identity.h"

#include "pipeline/paths.h"

namespace pipeline::config {
namespace fs = std::filesystem;
namespace {

// As far as it exists.
fs::path followed(const fs::path& path) {
  std::error_code problem;
  const fs::path followed = fs::weakly_canonical(absolute_path(path), problem);
  return problem ? absolute_path(path) : followed;
}

// Another name for each name: what ends in ".yaml" here has an extension before it.
fs::path without_extension(const fs::path& file) {
  const fs::path stem = file.stem();
  if (file.extension() == ".yaml") {
    const bool misleads =
        stem.extension() == ".yaml" || stem.extension() == ".yml" || stem.native().ends_with('.');
    return misleads ? file : file.parent_path() / stem;
  }
  return file.extension() == ".yml" ? file : fs::path(file.native() + ".");
}

}  // namespace

std::string place_in(const fs::path& folder, const fs::path& file) {
  const fs::path root = followed(folder), real = followed(file);
  const fs::path inside = real.lexically_relative(root);
  if (inside.empty() || *inside.begin() == "..") return "";
  const fs::path shorter = inside.lexically_relative("pipelines");
  std::error_code ignored;
  const bool is_shorter = *shorter.begin() != ".." && !fs::exists(root / shorter, ignored);
  return without_extension(is_shorter ? shorter : inside).generic_string();
}

std::string identity_in(const fs::path& project, const fs::path& file) {
  const std::string place = place_in(project, file);
  return place.empty() ? followed(file).string() : place;
}

}  // namespace pipeline::config
