#include "cli/crash_report.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdint>
#include <cstdlib>

#include "cli/command.h"
#include "cli/last_words.h"
#include "run/own_file.h"

namespace pipeline::cli {
namespace {

/// Those that tell of a fault of the process itself, and those that nobody sends to this program
/// without wanting to end it.
constexpr struct KnownSignal {
  int signal;
  bool fault;
  const char* name;
} kSignals[] = {{SIGSEGV, true, "segmentation fault, SIGSEGV"},
                {SIGBUS, true, "bus error, SIGBUS"},
                {SIGFPE, true, "arithmetic error such as a division by zero, SIGFPE"},
                {SIGILL, true, "illegal instruction, SIGILL"},
                {SIGABRT, true, "abort, SIGABRT"},
                {SIGSYS, true, "bad system call, SIGSYS"},
                {SIGTRAP, true, "trap, SIGTRAP"},
                {SIGQUIT, false, "SIGQUIT"},
                {SIGXCPU, false, "limit of processor time, SIGXCPU"},
                {SIGALRM, false, "SIGALRM"},
                {SIGVTALRM, false, "SIGVTALRM"},
                {SIGPROF, false, "SIGPROF"},
                {SIGUSR1, false, "SIGUSR1"},
                {SIGUSR2, false, "SIGUSR2"}};

std::atomic<pid_t> watched{0};  ///< this process, not a child that it forks; 0: nobody
std::atomic_flag told;
run::OwnFile error_output;
char error_path[PATH_MAX];  ///< of the terminal or the file, if it is either

const KnownSignal* known(int signal) {
  for (const KnownSignal& known : kSignals)
    if (known.signal == signal) return &known;
  return nullptr;
}

/// The kernel gives no sender of what it sends itself: then only a fault comes from within.
bool is_from_elsewhere(const siginfo_t& info) {
  const int code = info.si_code;
  if (code == SI_USER || code == SI_QUEUE || code == SI_TKILL) return info.si_pid != getpid();
  const KnownSignal* signal = known(info.si_signo);
  return !signal || !signal->fault;
}

std::uintptr_t stack_pointer(const void* context) {
  const mcontext_t& registers = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  return std::uintptr_t(registers.gregs[REG_RSP]);
#elif defined(__aarch64__)
  return std::uintptr_t(registers.sp);
#else
  return 0;
#endif
}

/// What lies near the stack pointer is mapped, unless the stack has come to its end.
bool is_stack_overflow(const siginfo_t& info, const void* context) {
  if (info.si_signo != SIGSEGV || info.si_code <= 0) return false;
  constexpr std::uintptr_t kBelow = 64 << 10, kAbove = 1 << 20;  // what is pushed, and one frame
  const std::uintptr_t address = reinterpret_cast<std::uintptr_t>(info.si_addr);
  const std::uintptr_t stack = stack_pointer(context);
  return stack != 0 && address + kBelow >= stack && address < stack + kAbove;
}

/// -1 where that has been closed and cannot be opened again.
int open_error_output() {
  if (error_output.is_there()) return error_output.fd();
  const int fd = open(error_path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  return error_output.is(fd) ? fd : -1;
}

thread_local bool speaking = false;

/// False for a thread that comes second while another speaks, for a child of this process, and
/// where speaking itself crashes.
bool may_speak() {
  if (watched != getpid() || speaking) return false;
  speaking = true;
  while (told.test_and_set()) pause();  // the first ends the process
  return true;
}

void on_signal(int signal, siginfo_t* info, void* context) {
  const int error = errno;
  if (may_speak()) {
    End end;
    const KnownSignal* name = known(signal);
    end.signal = name ? name->name : "a signal";
    end.by_another = is_from_elsewhere(*info);
    end.stack_overflow = is_stack_overflow(*info, context);
    say_last_words(end, open_error_output());
  }
  std::signal(signal, SIG_DFL);
  raise(signal);  // once this handler has returned
  errno = error;
}

void on_exit_called() { end_for_call("exit()"); }

void end_for(const End& end) {
  if (!may_speak()) return;
  say_last_words(end, open_error_output());
  end_at_once(in_a_run() ? kStageFailed : kWrongInput);
}

// Where only some files are closed, those from the lowest on, this one stays.
int duplicate_high_up(int fd) {
  constexpr int kHigh = 60;
  const int high = fcntl(fd, F_DUPFD_CLOEXEC, kHigh);
  return high < 0 ? fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1) : high;
}

}  // namespace

void end_at_once(int status) {
  for (;;) syscall(SYS_exit_group, status);
}

void end_for_call(const char* call) {
  End end;
  end.call = call;
  end_for(end);
}

void end_for_lost_files() {
  End end;
  end.files_lost = true;
  end_for(end);
  end_at_once(kStageFailed);
}

bool closes_our_files(unsigned first, unsigned last) {
  return watched == getpid() && first <= unsigned(error_output.fd()) &&
         unsigned(error_output.fd()) <= last;
}

CrashReport::CrashReport() {
  error_output = run::OwnFile(duplicate_high_up(STDERR_FILENO));
  const ssize_t length = readlink("/proc/self/fd/2", error_path, sizeof error_path - 1);
  error_path[std::max<ssize_t>(length, 0)] = '\0';
  watched = getpid();
  watch_exits();
  struct sigaction action {
  }, present{};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const KnownSignal& known : kSignals)
    if (sigaction(known.signal, nullptr, &present) == 0 && present.sa_handler == SIG_DFL)
      sigaction(known.signal, &action, nullptr);
}

CrashReport::~CrashReport() {
  watched = 0;
  if (error_output.is_there()) close(error_output.fd());
}

void CrashReport::watch_exits() {
  std::atexit(on_exit_called);
  std::at_quick_exit(on_exit_called);
}

}  // namespace pipeline::cli
