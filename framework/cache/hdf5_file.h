#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cache/record.h"

// The format of stored files: how one is laid out, and how one is compared with its record. Reading
// needs neither, since the record says where each array lies. The layout is documented in store.h.
// What needs the HDF5 library is a library of its own, of the folder hdf5/, loaded at the first
// call: with HDF5 come curl, TLS and Kerberos, two thirds of what a start of the program would
// take.

namespace pipeline::cache {

/// A file for some outputs, laid out but without the arrays' values: where each of these belongs,
/// and the bytes of everything else.
class FileLayout {
 public:
  virtual ~FileLayout() = default;
  virtual std::uint64_t size() const = 0;
  /// Of the array's first byte; a multiple of 64. 0 for an array without elements.
  virtual std::uint64_t offset(const std::string& port, const std::string& path) const = 0;
  /// Visits all bytes outside of the arrays, in pieces; what is not visited is zero.
  using Visit = std::function<void(std::uint64_t offset, const void* data, std::size_t size)>;
  virtual void each_piece(const Visit& visit) const = 0;
};

/// `provenance` becomes attributes of the file. The outputs have passed require_storable().
std::unique_ptr<FileLayout> lay_out(const Value::Map& provenance,
                                    const std::map<std::string, Artifact>& outputs);

/// Opens a file, whose structure must be known to be undamaged, with the HDF5 library, and tells
/// each difference from what the record says: names, types, shapes, places.
std::vector<std::string> differences_from_hdf5(const std::filesystem::path& file,
                                               const std::map<std::string, StoredOutput>& outputs);

/// The dataset of an output's array: "/port" or "/port/path".
inline std::string dataset_name(const std::string& port, const std::string& path) {
  return path.empty() ? "/" + port : "/" + port + "/" + path;
}

/// What the library of hdf5/ exports under the name kHdf5Symbol: the two functions above.
struct Hdf5Functions {
  decltype(&cache::lay_out) lay_out;
  decltype(&cache::differences_from_hdf5) differences;
};
inline constexpr const char* kHdf5Symbol = "pipeline_hdf5";

}  // namespace pipeline::cache
