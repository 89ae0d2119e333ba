#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

#include "pipeline/array.h"

// The IDX format of MNIST's files (LeCun, http://yann.lecun.com/exdb/mnist/): two zero bytes, one
// for the element type, one for the rank, the sizes as big-endian 32-bit integers, then the
// elements, big-endian, last axis fastest. Plain or inside gzip. Errors name the file, what was
// found and what was expected.

namespace pipeline::data {

/// Which rows (indices on the first axis) of a file: 0, every, 2·every, …, at most `limit`.
struct RowChoice {
  std::int64_t every = 1;
  std::optional<std::int64_t> limit;
  /// Number of rows chosen out of `rows`.
  std::int64_t count(std::int64_t rows) const;
};

struct IdxHeader {
  DType dtype = DType::u8;
  Shape shape;
  std::uint64_t bytes() const { return 4 + 4 * shape.size(); }
  /// Of one index on the first axis; of a scalar, of it.
  std::uint64_t row_bytes() const;
  std::uint64_t data_bytes() const;
};

/// Reads the header, and compares the length that it promises with the file's. For a gzip file that
/// is the length in its last bytes; only where those disagree is the whole file unpacked.
IdxHeader read_idx_header(const std::filesystem::path& file);

/// The header's shape with the chosen number of rows.
Shape chosen_shape(const IdxHeader& header, const RowChoice& rows);

/// The chosen rows. All of a gzip file is unpacked, so that its checksum is checked.
/// `check_cancelled` is called every few megabytes.
Array read_idx(const std::filesystem::path& file, const RowChoice& rows,
               const std::function<void()>& check_cancelled);

}  // namespace pipeline::data
