#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace pipeline::plan {

/// What a shared library's file says of itself.
struct ElfInfo {
  std::string build_id;             ///< hex; "" where it was linked without one
  std::string soname;               ///< "" where it has none
  std::vector<std::string> needed;  ///< sonames (or paths) of the libraries that it links
};

/// Reads a 64-bit little-endian ELF shared library without loading it. Error if the file is none,
/// or is cut short: loading such a file could crash the process.
ElfInfo read_elf(const std::filesystem::path& file);

}  // namespace pipeline::plan
