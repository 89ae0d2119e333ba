#pragma once
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pipeline::cli {

/// Takes the working directory for the one that relative paths count from, for good: a plugin may
/// change it later. Error where it is gone.
void remember_start_folder();

/// The path made absolute, and remembered as it was written. After remember_start_folder(), and
/// before the first plugin is loaded: from then on, other threads may ask as_written().
std::filesystem::path from_start(const std::string& path);

/// The text with every path that from_start() has made absolute as it was written, what stands
/// below it included: messages stay as short as the command.
std::string as_written(std::string text);
std::vector<std::string> as_written(std::vector<std::string> texts);

}  // namespace pipeline::cli
