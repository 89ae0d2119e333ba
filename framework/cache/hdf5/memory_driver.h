#pragma once
#include <hdf5.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>

namespace pipeline::cache {

/// The bytes that the HDF5 library wrote, by page; what it never wrote is not there. Arrays' space
/// is reserved and not written, so that this holds a file's structure alone, some kilobytes.
struct FilePages {
  static constexpr std::size_t kPage = 4096;
  std::map<std::uint64_t, std::array<std::byte, kPage>> pages;  ///< by number
  std::uint64_t size = 0;                                       ///< of the file
};

/// Sets a file access list to a driver that keeps the new file in `target`, which must outlive it.
/// HDF5 1.10 may crash or hang at exit after a write that failed; here none can fail. The caller of
/// the library brings the bytes to the disk, and knows the reason if that fails.
void use_memory_driver(hid_t access_list, FilePages& target);

}  // namespace pipeline::cache
