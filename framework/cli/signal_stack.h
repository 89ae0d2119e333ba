#pragma once
#include <memory>

namespace pipeline::cli {

/// Room for signal handlers on this thread, which they need where the stack has overflowed. A
/// thread that has some already, a sanitizer's, keeps it; without memory there is none.
class SignalStack {
 public:
  SignalStack();
  ~SignalStack();
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  std::unique_ptr<char[]> memory_;
};

}  // namespace pipeline::cli
