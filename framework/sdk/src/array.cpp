#include "pipeline/array.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace pipeline {
namespace {

struct Type {
  DType dtype;
  std::string_view name;
  std::size_t size;
};
constexpr Type kTypes[] = {{DType::u8, "u8", 1},   {DType::i8, "i8", 1},    {DType::u16, "u16", 2},
                           {DType::i16, "i16", 2}, {DType::u32, "u32", 4},  {DType::i32, "i32", 4},
                           {DType::u64, "u64", 8}, {DType::i64, "i64", 8},  {DType::f32, "f32", 4},
                           {DType::f64, "f64", 8}, {DType::utf8, "utf8", 1}};

/// Null where there is not so much memory.
std::shared_ptr<void> allocate_zeros(std::size_t bytes) {
  constexpr std::size_t kAlignment = 64;
  const std::size_t rounded =
      std::max(kAlignment, (bytes + kAlignment - 1) / kAlignment * kAlignment);
  void* memory = std::aligned_alloc(kAlignment, rounded);
  if (!memory) return nullptr;
  std::memset(memory, 0, rounded);
  return {memory, std::free};
}

void require_known(const Shape& shape) {
  if (elements(shape) == kUnknown)
    throw Error(fmt::format("cannot make an array of unknown size {}", to_string(shape)));
}

}  // namespace

std::int64_t elements(const Shape& shape) {
  std::int64_t product = 1;
  bool unknown = false, zero = false;
  for (const std::int64_t size : shape) {
    if (size == kUnknown) {
      unknown = true;
      continue;
    }
    if (size < 0) throw Error(fmt::format("a size of an array cannot be {}", size));
    if (size == 0) {
      zero = true;
      continue;
    }
    if (product > (std::int64_t{1} << 62) / size)
      throw Error(fmt::format("an array of {} elements is too large", to_string(shape)));
    product *= size;
  }
  return zero ? 0 : unknown ? kUnknown : product;
}

std::string to_string(const Shape& shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (const std::int64_t size : shape) {
    if (!text.empty()) text += "×";
    text += size == kUnknown ? "?" : std::to_string(size);
  }
  return text;
}

bool compatible(const Shape& a, const Shape& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](std::int64_t x, std::int64_t y) {
    return x == y || x == kUnknown || y == kUnknown;
  });
}

std::size_t item_size(DType dtype) { return kTypes[std::size_t(dtype)].size; }
std::string_view name(DType dtype) { return kTypes[std::size_t(dtype)].name; }
DType dtype_from_name(std::string_view name) {
  for (const Type& type : kTypes)
    if (type.name == name) return type.dtype;
  throw Error(fmt::format("'{}' is no element type", name));
}

Array::Array(DType dtype, Shape shape) : dtype_(dtype), shape_(std::move(shape)), writable_(true) {
  require_known(shape_);
  if (size() > (std::int64_t{1} << 62) / std::int64_t(item_size(dtype)))
    throw Error(fmt::format("an array of {} {} is too large", to_string(shape_), name(dtype)));
  owner_ = allocate_zeros(bytes());
  if (!owner_)
    throw Error(fmt::format("not enough memory for an array of {} {} ({} bytes)", to_string(shape_),
                            name(dtype), bytes()));
  data_ = owner_.get();
}

Array::Array(DType dtype, Shape shape, const void* data, std::shared_ptr<const void> owner)
    : dtype_(dtype), shape_(std::move(shape)), data_(data), owner_(std::move(owner)) {
  require_known(shape_);
}

Array Array::text(std::string_view text) {
  Array array(DType::utf8, {std::int64_t(text.size())});
  std::copy(text.begin(), text.end(), static_cast<char*>(array.mutable_data()));
  return array;
}

void* Array::mutable_data() {
  if (!writable_) throw Error("an array that was read from the cache cannot be written to");
  return const_cast<void*>(data_);
}

std::string_view Array::text() const {
  require_type(DType::utf8);
  return {static_cast<const char*>(data_), std::size_t(size())};
}

Array Array::reshaped(Shape shape) const {
  if (elements(shape) != size())
    throw Error(fmt::format("cannot reshape {} to {}: {} elements are not {}", to_string(shape_),
                            to_string(shape), size(), elements(shape)));
  Array array = *this;
  array.shape_ = std::move(shape);
  return array;
}

Array Array::rows(std::int64_t first, std::int64_t count) const {
  if (shape_.empty() || first < 0 || count < 0 || first > shape_[0] - count)
    throw Error(fmt::format("rows {} to {} are not in an array of {}", first, first + count,
                            to_string(shape_)));
  Array array = *this;
  array.shape_[0] = count;
  const std::size_t row = shape_[0] == 0 ? 0 : bytes() / std::size_t(shape_[0]);
  array.data_ = static_cast<const std::byte*>(data_) + std::size_t(first) * row;
  return array;
}

void Array::require_type(DType wanted) const {
  if (dtype_ != wanted)
    throw Error(fmt::format("expected an array of {}, got one of {}", name(wanted), name(dtype_)));
}

void Array::require_count(std::size_t count) const {
  if (std::size_t(size()) != count)
    throw Error(fmt::format("{} values do not fill an array of {}", count, to_string(shape_)));
}

}  // namespace pipeline
