#include "cli/signal_stack.h"

#include <sys/mman.h>

#include <cstddef>

namespace pipeline::cli {
namespace {

constexpr std::size_t kBytes = 128 << 10;

}  // namespace

SignalStack::SignalStack() {
  // Not of the heap, which a thread that ends would give back to the system with it.
  void* memory = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  stack_t mine{};
  mine.ss_sp = memory;
  mine.ss_size = kBytes;
  if (sigaltstack(&mine, &before_) == 0) memory_ = memory;
  else munmap(memory, kBytes);
}

SignalStack::~SignalStack() {
  if (!memory_) return;
  sigaltstack(&before_, nullptr);
  munmap(memory_, kBytes);
}

}  // namespace pipeline::cli
