#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <utility>
#include <vector>

namespace pipeline::tsne {

/// Memory for arrays of megabytes: on huge pages where the system has them, and not filled before
/// use. Fresh small pages and zeros were a ninth of the time of a map of 20,000 points.
template <typename T>
struct LargeAllocator {
  using value_type = T;
  LargeAllocator() = default;
  template <typename U>
  LargeAllocator(const LargeAllocator<U>&) {}

  T* allocate(std::size_t n) {
    void* memory = ::operator new(n * sizeof(T), alignment(n));
    // Whether the advice is taken changes nothing but time.
    if (n * sizeof(T) >= kHuge) madvise(memory, n * sizeof(T), MADV_HUGEPAGE);
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t n) { ::operator delete(memory, alignment(n)); }

  template <typename U>
  void construct(U* at) {
    ::new (static_cast<void*>(at)) U;
  }
  template <typename U, typename... Arguments>
  void construct(U* at, Arguments&&... arguments) {
    ::new (static_cast<void*>(at)) U(std::forward<Arguments>(arguments)...);
  }
  bool operator==(const LargeAllocator&) const { return true; }

 private:
  static constexpr std::size_t kHuge = 2 << 20;
  static std::align_val_t alignment(std::size_t n) {
    return std::align_val_t(n * sizeof(T) >= kHuge ? kHuge : 64);
  }
};

/// Of numbers; resize() and the constructor from a size leave them undefined.
template <typename T>
using Large = std::vector<T, LargeAllocator<T>>;

}  // namespace pipeline::tsne
