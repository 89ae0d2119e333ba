#pragma once
#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

namespace pipeline::tsne {

/// Floats on a boundary of 64 bytes, zero at first.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t size)
      : size_(size), data_(new (std::align_val_t(64)) float[std::max<std::size_t>(size, 16)]) {
    std::fill_n(data_.get(), size, 0.f);
  }
  float* data() { return data_.get(); }
  const float* data() const { return data_.get(); }
  std::size_t size() const { return size_; }
  float& operator[](std::size_t i) { return data_[i]; }
  float operator[](std::size_t i) const { return data_[i]; }

 private:
  struct Free {
    void operator()(float* p) const { ::operator delete[](p, std::align_val_t(64)); }
  };
  std::size_t size_ = 0;
  std::unique_ptr<float[], Free> data_;
};

inline std::size_t round_up_16(std::size_t n) { return (n + 15) / 16 * 16; }

}  // namespace pipeline::tsne
