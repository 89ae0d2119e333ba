#include "idx_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "byte_reader.h"

namespace pipeline::data {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

// HDF5, where the array will be kept, knows no more axes.
constexpr int kMaxRank = 32;
// No deflate stream unpacks to more than this times its size.
constexpr std::uint64_t kMaxRatio = 1032;

struct Element {
  std::uint8_t code;
  DType dtype;
};
constexpr std::array<Element, 6> kElements = {{{0x08, DType::u8},
                                               {0x09, DType::i8},
                                               {0x0B, DType::i16},
                                               {0x0C, DType::i32},
                                               {0x0D, DType::f32},
                                               {0x0E, DType::f64}}};

[[noreturn]] void fail(const fs::path& file, const std::string& what) {
  throw Error(fmt::format("'{}' is no sound IDX file: {}", file.string(), what));
}

Bytes read_exactly(ByteReader& reader, std::size_t count, const fs::path& file) {
  Bytes bytes(count);
  const std::size_t got = reader.read(bytes.data(), count);
  if (got < count)
    fail(file, fmt::format("it ends after {} bytes of a header that should have {} more", got,
                           count - got));
  return bytes;
}

DType element_type(std::uint8_t code, const fs::path& file) {
  for (const Element& element : kElements)
    if (element.code == code) return element.dtype;
  fail(file, fmt::format("its third byte, the element type, is 0x{:02x}; expected 08 (u8), 09 "
                         "(i8), 0b (i16), 0c (i32), 0d (f32) or 0e (f64)",
                         code));
}

IdxHeader parse_header(ByteReader& reader, const fs::path& file) {
  const Bytes magic = read_exactly(reader, 4, file);
  if (magic[0] != 0 || magic[1] != 0)
    fail(file, fmt::format("it begins with the bytes {:02x} {:02x} {:02x} {:02x}; expected 00 00, "
                           "an element type and a rank",
                           magic[0], magic[1], magic[2], magic[3]));
  IdxHeader header;
  header.dtype = element_type(magic[2], file);
  if (magic[3] > kMaxRank)
    fail(file, fmt::format("its rank is {}; expected at most {}", magic[3], kMaxRank));
  const Bytes sizes = read_exactly(reader, 4u * magic[3], file);
  for (std::size_t i = 0; i < sizes.size(); i += 4)
    header.shape.push_back(std::int64_t(sizes[i]) << 24 | sizes[i + 1] << 16 | sizes[i + 2] << 8 |
                           sizes[i + 3]);
  return header;
}

[[noreturn]] void fail_length(const fs::path& file, const IdxHeader& header, std::string found) {
  fail(file, fmt::format("its header promises {} values of {}, {} bytes in all, but {}",
                         to_string(header.shape), name(header.dtype),
                         header.bytes() + header.data_bytes(), found));
}

// Before anything is allocated: the file can hold what its header promises.
void check_length(const fs::path& file, const IdxHeader& header) {
  try {
    if (elements(header.shape) > (std::int64_t{1} << 58))
      throw Error(fmt::format("an array of {} elements is too large", to_string(header.shape)));
  } catch (const Error& error) {
    fail(file, error.what());
  }
  const std::uint64_t expected = header.bytes() + header.data_bytes();
  if (!is_gzip(file)) {
    if (const auto size = fs::file_size(file); size != expected)
      fail_length(file, header, fmt::format("the file has {}", size));
    return;
  }
  if (const auto size = fs::file_size(file); expected / kMaxRatio > size)
    fail_length(file, header, fmt::format("a gzip file of {} bytes cannot hold them", size));
  if (claimed_length(file) == expected % (std::uint64_t{1} << 32)) return;
  // Damaged, or of several members: only unpacking it tells.
  const std::uint64_t found = open_bytes(file)->skip(UINT64_MAX);
  if (found != expected) fail_length(file, header, fmt::format("the file unpacks to {}", found));
}

void swap_bytes(std::uint8_t* data, std::size_t bytes, std::size_t item) {
  if (item == 1) return;
  for (std::uint8_t* at = data; at < data + bytes; at += item) std::reverse(at, at + item);
}

}  // namespace

std::int64_t RowChoice::count(std::int64_t rows) const {
  const std::int64_t chosen = rows / every + (rows % every != 0);
  return limit ? std::min(*limit, chosen) : chosen;
}

std::uint64_t IdxHeader::data_bytes() const {
  return std::uint64_t(elements(shape)) * item_size(dtype);
}

std::uint64_t IdxHeader::row_bytes() const {
  if (shape.empty()) return data_bytes();
  return shape[0] == 0 ? 0 : data_bytes() / std::uint64_t(shape[0]);
}

IdxHeader read_idx_header(const fs::path& file) {
  const IdxHeader header = parse_header(*open_bytes(file), file);
  check_length(file, header);
  return header;
}

Shape chosen_shape(const IdxHeader& header, const RowChoice& rows) {
  Shape shape = header.shape;
  if (!shape.empty()) shape[0] = rows.count(shape[0]);
  return shape;
}

Array read_idx(const fs::path& file, const RowChoice& rows,
               const std::function<void()>& check_cancelled) {
  const IdxHeader header = read_idx_header(file);
  const auto reader = open_bytes(file);
  reader->skip(header.bytes());
  const auto read = [&](std::uint8_t* out, std::uint64_t count) {
    constexpr std::uint64_t kPiece = 8 << 20;
    for (std::uint64_t done = 0; done < count; done += kPiece) {
      const std::uint64_t piece = std::min(kPiece, count - done);
      if (reader->read(out + done, piece) < piece) fail(file, "it became shorter while being read");
      check_cancelled();
    }
  };

  Array array(header.dtype, chosen_shape(header, rows));
  auto* out = static_cast<std::uint8_t*>(array.mutable_data());
  const std::uint64_t row = header.row_bytes();
  if (header.shape.empty() || rows.every == 1 || row == 0) {
    read(out, array.bytes());
  } else {
    for (std::int64_t i = 0; i < array.shape()[0]; ++i) {
      read(out + std::uint64_t(i) * row, row);
      reader->skip(row * std::uint64_t(rows.every - 1));
    }
  }
  reader->skip(UINT64_MAX);  // a gzip file's checksum stands at its end
  swap_bytes(out, array.bytes(), item_size(header.dtype));
  return array;
}

}  // namespace pipeline::data
