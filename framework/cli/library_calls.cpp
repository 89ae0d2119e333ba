// Functions of the C library that plugins' code finds here first, since the program stands before
// all libraries when names are looked up. Calls inside the C library itself do not come by.
#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <cstdlib>
#include <memory>
#include <new>

#include "cli/crash_report.h"
#include "cli/signal_stack.h"

using namespace pipeline::cli;

namespace {

using CreateThread = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);

struct Start {
  void* (*run)(void*);
  void* argument;
};

void* run_thread(void* given) {
  const Start start = *std::unique_ptr<Start>(static_cast<Start*>(given));
  const SignalStack signal_stack;
  return start.run(start.argument);
}

}  // namespace

extern "C" {

void _exit(int status) {
  end_for_call("_exit()");
  end_at_once(status);
}

void _Exit(int status) noexcept {
  end_for_call("_Exit()");
  end_at_once(status);
}

// What a daemon does at its beginning would take the files of the run and of all its stages.
int close_range(unsigned first, unsigned last, int flags) noexcept {
  if (flags == 0 && closes_our_files(first, last))
    end_for_call("close_range() on files that the program had open");
  return int(syscall(SYS_close_range, first, last, flags));
}

void closefrom(int first) noexcept {
  const unsigned from = first < 0 ? 0 : unsigned(first);
  if (closes_our_files(from, UINT_MAX))
    end_for_call("closefrom() on files that the program had open");
  syscall(SYS_close_range, from, UINT_MAX, 0);
}

// Any thread, TBB's for one, may be the one whose stack overflows.
int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*run)(void*),
                   void* argument) noexcept {
  static const auto create = reinterpret_cast<CreateThread>(dlsym(RTLD_NEXT, "pthread_create"));
  std::unique_ptr<Start> start(new (std::nothrow) Start{run, argument});
  if (!start) return EAGAIN;
  const int error = create(thread, attributes, run_thread, start.get());
  if (error == 0) start.release();
  return error;
}

}  // extern "C"
