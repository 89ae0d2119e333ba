#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cache/store.h"

// The one place that knows the format of stored files. The layout is documented in store.h.

namespace pipeline::cache {

/// A file for some outputs, laid out but without the arrays' values: where each of these belongs,
/// and the bytes of everything else.
class FileLayout {
 public:
  /// `provenance` becomes attributes of the file. The outputs have passed require_storable().
  FileLayout(const Value::Map& provenance, const std::map<std::string, Artifact>& outputs);
  ~FileLayout();
  FileLayout(const FileLayout&) = delete;
  FileLayout& operator=(const FileLayout&) = delete;

  std::uint64_t size() const;
  /// Of the array's first byte; a multiple of 64. 0 for an array without elements.
  std::uint64_t offset(const std::string& port, const std::string& path) const;
  /// Visits all bytes outside of the arrays, in pieces; what is not visited is zero.
  void each_piece(const std::function<void(std::uint64_t offset, const void* data,
                                           std::size_t size)>& visit) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Opens a file, whose structure must be known to be undamaged, with the HDF5 library, and tells
/// each difference from what the record says: names, types, shapes, places.
std::vector<std::string> differences_from_hdf5(const std::filesystem::path& file,
                                               const std::map<std::string, StoredOutput>& outputs);

/// The dataset of an output's array: "/port" or "/port/path".
std::string dataset_name(const std::string& port, const std::string& path);

}  // namespace pipeline::cache
