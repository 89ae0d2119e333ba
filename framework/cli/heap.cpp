#include "cli/heap.h"

#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdlib>

namespace pipeline::cli {
namespace {

constexpr std::uintptr_t kHugePage = 2 << 20;
constexpr int kAhead = 512 << 20;
// glibc raises its thresholds by and by, but not once one of them has been set. Arrays stay out of
// the heap, so that their pages go back when they do: vae_conv.yaml has 135 MiB at most, and had up
// to 240 with arrays of up to 32 MiB in it.
constexpr int kLargestInHeap = 1 << 20, kLargestUnused = 64 << 20;
constexpr int kUsualPad = 128 << 10;

std::uintptr_t end_of_heap() { return reinterpret_cast<std::uintptr_t>(sbrk(0)); }

}  // namespace

void prefer_huge_pages() {
  const std::uintptr_t begin = end_of_heap();
  mallopt(M_MMAP_THRESHOLD, kLargestInHeap);
  mallopt(M_TRIM_THRESHOLD, kAhead + kLargestUnused);
  // A heap that has to grow grows by the pad, too.
  mallopt(M_TOP_PAD, kAhead);
  void* volatile larger_than_what_is_left = std::malloc(kLargestInHeap / 2);
  std::free(larger_than_what_is_left);
  mallopt(M_TOP_PAD, kUsualPad);
  const std::uintptr_t first = (begin + kHugePage - 1) / kHugePage * kHugePage;
  const std::uintptr_t last = end_of_heap() / kHugePage * kHugePage;
  if (first < last) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace pipeline::cli
