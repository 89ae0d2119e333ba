#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/error.h"

namespace pipeline {

/// Sizes of an array's axes, first axis outermost (C order). A scalar has none.
using Shape = std::vector<std::int64_t>;
/// A size that preflight cannot know yet.
inline constexpr std::int64_t kUnknown = -1;

/// Product of the sizes; 1 for a scalar; kUnknown if one is unknown. Error on overflow of 2^62.
std::int64_t elements(const Shape& shape);
/// "6000×28×28", "scalar", "?×784".
std::string to_string(const Shape& shape);
/// Equal rank, and equal sizes wherever both are known.
bool compatible(const Shape& a, const Shape& b);

/// Element types. `utf8` is text: its shape is {number of bytes}.
enum class DType : std::uint8_t { u8, i8, u16, i16, u32, i32, u64, i64, f32, f64, utf8 };

std::size_t item_size(DType dtype);
std::string_view name(DType dtype);            ///< "f32"
DType dtype_from_name(std::string_view name);  ///< throws Error

template <class T>
struct DTypeOf;
template <>
struct DTypeOf<std::uint8_t> {
  static constexpr DType value = DType::u8;
};
template <>
struct DTypeOf<std::int8_t> {
  static constexpr DType value = DType::i8;
};
template <>
struct DTypeOf<std::uint16_t> {
  static constexpr DType value = DType::u16;
};
template <>
struct DTypeOf<std::int16_t> {
  static constexpr DType value = DType::i16;
};
template <>
struct DTypeOf<std::uint32_t> {
  static constexpr DType value = DType::u32;
};
template <>
struct DTypeOf<std::int32_t> {
  static constexpr DType value = DType::i32;
};
template <>
struct DTypeOf<std::uint64_t> {
  static constexpr DType value = DType::u64;
};
template <>
struct DTypeOf<std::int64_t> {
  static constexpr DType value = DType::i64;
};
template <>
struct DTypeOf<float> {
  static constexpr DType value = DType::f32;
};
template <>
struct DTypeOf<double> {
  static constexpr DType value = DType::f64;
};

/// A dense array in C order: a type, a shape, and bytes that several owners may share (they can
/// also be a file's, mapped into memory). Copies are cheap and see the same bytes.
class Array {
 public:
  Array() = default;
  /// Zeros, aligned to 64 bytes, writable. Error where there is not enough memory.
  Array(DType dtype, Shape shape);
  /// Read-only bytes that `owner` keeps alive; `data` holds elements(shape) items. Error where a
  /// size is unknown.
  Array(DType dtype, Shape shape, const void* data, std::shared_ptr<const void> owner);
  template <class T>
  static Array zeros(Shape shape) {
    return Array(DTypeOf<T>::value, std::move(shape));
  }
  template <class T>
  static Array of(const std::vector<T>& values) {
    return of(values, {std::int64_t(values.size())});
  }
  template <class T>
  static Array of(const std::vector<T>& values, Shape shape) {
    Array array(DTypeOf<T>::value, std::move(shape));
    array.require_count(values.size());
    std::copy(values.begin(), values.end(), array.mutable_view<T>().begin());
    return array;
  }
  template <class T>
  static Array scalar(T value) {
    return of(std::vector<T>{value}, {});
  }
  static Array text(std::string_view text);

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  std::int64_t size() const { return elements(shape_); }
  std::size_t bytes() const { return std::size_t(size()) * item_size(dtype_); }
  const void* data() const { return data_; }

  /// The elements; Error if T is not the array's type.
  template <class T>
  std::span<const T> view() const {
    require_type(DTypeOf<T>::value);
    return {static_cast<const T*>(data_), std::size_t(size())};
  }
  /// The elements to write to; Error if T is not the type or the array is read-only.
  template <class T>
  std::span<T> mutable_view() {
    require_type(DTypeOf<T>::value);
    return {static_cast<T*>(mutable_data()), std::size_t(size())};
  }
  void* mutable_data();
  std::string_view text() const;  ///< of a utf8 array

  /// The same bytes under another shape of as many elements; Error if the counts differ.
  Array reshaped(Shape shape) const;
  /// Rows [first, first + count) of the outermost axis, sharing the bytes.
  Array rows(std::int64_t first, std::int64_t count) const;

 private:
  void require_type(DType wanted) const;
  void require_count(std::size_t count) const;

  DType dtype_ = DType::u8;
  Shape shape_{0};
  const void* data_ = nullptr;
  std::shared_ptr<const void> owner_;
  bool writable_ = false;
};

}  // namespace pipeline
