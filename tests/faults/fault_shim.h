#pragma once
#include <dlfcn.h>

#include <cstddef>
#include <string>

// What decides about a call, for the functions that stand in the calls' place; see fault_shim.cpp
// for how a test says what is to happen.

namespace fault {

/// The function that would be called without us.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

/// One call, while it is made. It may be the process's last: its beginning or its end kills then.
class Strike {
 public:
  Strike(const char* call, const char* path);
  Strike(const char* call, int fd);
  ~Strike();
  Strike(const Strike&) = delete;
  Strike& operator=(const Strike&) = delete;
  /// The call is not to be made, and errno is set.
  bool fails() const;
  /// How much of it is to be written or read.
  std::size_t length(std::size_t wanted) const;
  bool is_sigbus() const;

 private:
  void meet(const char* call, const std::string& path);

  bool struck_ = false;
};

/// Takes what is written off the budget; less of it where that ends, false with ENOSPC after that.
bool spend(int fd, std::size_t& size);

/// The file to be opened in place of this one, or this one.
const char* redirected(const char* path);

}  // namespace fault
