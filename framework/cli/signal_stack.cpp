#include "cli/signal_stack.h"

#include <signal.h>

#include <new>

namespace pipeline::cli {
namespace {

constexpr std::size_t kBytes = 128 << 10;

}  // namespace

SignalStack::SignalStack() {
  stack_t present{};
  if (sigaltstack(nullptr, &present) != 0 || !(present.ss_flags & SS_DISABLE)) return;
  memory_.reset(new (std::nothrow) char[kBytes]);
  if (!memory_) return;
  stack_t mine{};
  mine.ss_sp = memory_.get();
  mine.ss_size = kBytes;
  sigaltstack(&mine, nullptr);
}

SignalStack::~SignalStack() {
  if (!memory_) return;
  stack_t none{};
  none.ss_flags = SS_DISABLE;
  sigaltstack(&none, nullptr);
}

}  // namespace pipeline::cli
