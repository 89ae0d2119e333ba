#include "cli/signal_stack.h"

#include <new>

namespace pipeline::cli {
namespace {

constexpr std::size_t kBytes = 128 << 10;

}  // namespace

SignalStack::SignalStack() {
  memory_.reset(new (std::nothrow) char[kBytes]);
  if (!memory_) return;
  stack_t mine{};
  mine.ss_sp = memory_.get();
  mine.ss_size = kBytes;
  if (sigaltstack(&mine, &before_) != 0) memory_.reset();
}

SignalStack::~SignalStack() {
  if (memory_) sigaltstack(&before_, nullptr);
}

}  // namespace pipeline::cli
