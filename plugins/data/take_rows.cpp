#include "take_rows.h"

#include <cstring>

namespace pipeline::data {

Shape with_rows(Shape shape, std::int64_t rows) {
  shape.at(0) = rows;
  return shape;
}

Array take_rows(const Array& from, const std::vector<std::int64_t>& rows) {
  const std::int64_t count = from.shape()[0];
  const std::size_t row = count == 0 ? 0 : from.bytes() / std::size_t(count);
  Array taken(from.dtype(), with_rows(from.shape(), std::int64_t(rows.size())));
  auto* out = static_cast<std::byte*>(taken.mutable_data());
  const auto* in = static_cast<const std::byte*>(from.data());
  for (const std::int64_t i : rows) {
    if (row > 0) std::memcpy(out, in + std::size_t(i) * row, row);
    out += row;
  }
  return taken;
}

}  // namespace pipeline::data
