#pragma once
#include <hdf5.h>

#include <mutex>
#include <string>
#include <utility>

#include "pipeline/array.h"

// The RAII layer over HDF5's C API, for file.cpp and compare.cpp alone.

namespace pipeline::cache {

/// An HDF5 identifier, closed with the function that fits it.
class Handle {
 public:
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

/// Debian's HDF5 may be used by one thread at a time: hold one while using it. Keeps the library
/// from printing its errors.
class LibraryLock {
 public:
  LibraryLock();

 private:
  std::lock_guard<std::mutex> guard_;
};

/// Error, with what the library says, where `result` is negative; else the result.
hid_t checked(hid_t result, const char* what);

/// Little-endian. Of text: a string of `text_bytes` bytes (at least one), UTF-8, padded with zeros.
Handle file_type(DType dtype, std::size_t text_bytes);
/// A scalar for text and arrays of rank 0.
Handle space_of(DType dtype, const Shape& shape);

}  // namespace pipeline::cache
