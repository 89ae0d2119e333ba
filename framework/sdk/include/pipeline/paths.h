#pragma once
#include <filesystem>

namespace pipeline {

/// The same file by a shorter path: without "." and without `folder/..`, unless `folder` is a link
/// (or not there), behind which `..` leads elsewhere than the text says. A relative path stays
/// relative.
std::filesystem::path tidied(const std::filesystem::path& path);

/// absolute(), tidied; the path as it is where the working directory is gone.
std::filesystem::path absolute_path(const std::filesystem::path& path);

}  // namespace pipeline
