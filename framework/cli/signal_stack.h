#pragma once
#include <signal.h>

namespace pipeline::cli {

/// Room for signal handlers on this thread, which they need where the stack has overflowed. What
/// the thread had before, a sanitizer's, which is too little for the last words, it has again
/// afterwards; without memory there is no more.
class SignalStack {
 public:
  SignalStack();
  ~SignalStack();
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  void* memory_ = nullptr;
  stack_t before_{};
};

}  // namespace pipeline::cli
