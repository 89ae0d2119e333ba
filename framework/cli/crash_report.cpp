#include "cli/crash_report.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <string_view>

#include "cli/command.h"
#include "pipeline/utf8.h"
#include "plan/foreign_code.h"
#include "run/running_stages.h"

namespace pipeline::cli {
namespace {

using plan::ForeignCode;

constexpr int kPatienceMs = 1000;

/// Those that tell of a fault of the process itself, and those that nobody sends to this program
/// without wanting to end it.
constexpr struct {
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
std::atomic<const CrashStream*> stream{nullptr};
std::atomic_flag told;
int error_output = STDERR_FILENO;

/// A text that is made without memory from the heap, since the heap may be what has broken: neither
/// printable() nor Value::to_json() can do it. What a terminal would obey, and what is no
/// character, becomes '?' in names. What is too long is cut.
class Text {
 public:
  Text& operator<<(std::string_view text) {
    for (const char c : text) put(c);
    return *this;
  }
  Text& shown(std::string_view text) {
    while (!text.empty()) *this << take_character(text);
    return *this;
  }
  Text& json(std::string_view text) {
    put('"');
    while (!text.empty()) {
      const std::string_view character = take_character(text);
      if (character == "\"" || character == "\\") put('\\');
      *this << character;
    }
    put('"');
    return *this;
  }
  std::string_view text() const { return {buffer_, size_}; }
  /// There is room for one more stage's names, however they are escaped.
  bool has_room() const { return size_ + 3 * sizeof(run::RunningName) < sizeof buffer_; }

 private:
  /// Cuts it from the beginning of `text`.
  static std::string_view take_character(std::string_view& text) {
    const std::string_view character = text.substr(0, character_length(text));
    text.remove_prefix(std::max<std::size_t>(1, character.size()));
    const bool control = character < " " || (character >= "\x7F" && character < "\xC2\xA0");
    return control ? "?" : character;
  }
  void put(char c) {
    if (size_ < sizeof buffer_) buffer_[size_++] = c;
  }
  char buffer_[16384];
  std::size_t size_ = 0;
};

/// How the process ends.
struct End {
  int signal = 0;           ///< 0: by exit()
  bool by_another = false;  ///< by a signal that another process, a limit or a terminal has sent
};

std::string_view name_of(int signal) {
  for (const auto& known : kSignals)
    if (known.signal == signal) return known.name;
  return "a signal";
}

/// The kernel gives no sender of what it sends itself: then only a fault comes from within.
bool is_from_elsewhere(const siginfo_t& info) {
  const int code = info.si_code;
  if (code == SI_USER || code == SI_QUEUE || code == SI_TKILL) return info.si_pid != getpid();
  for (const auto& known : kSignals)
    if (known.signal == info.si_signo) return !known.fault;
  return true;
}

/// " crashed (…)" or " called exit()".
void add_what_happened(Text& text, const End& end) {
  if (end.signal == 0) text << " called exit()";
  else
    text << (end.by_another ? " was ended by a signal (" : " crashed (") << name_of(end.signal)
         << ")";
}

std::size_t count_running() {
  std::size_t count = 0;
  for (std::size_t i = 0; i < run::kRunningSlots; ++i) count += run::running_in(i) != nullptr;
  return count;
}

void add_stage(Text& text, std::string_view stage, std::string_view component) {
  (text << "stage '").shown(stage) << "' (";
  text.shown(component) << ")";
}

void add_running(Text& text) {
  constexpr std::size_t kNamed = 8;
  const std::size_t count = count_running();
  std::size_t named = 0;
  for (std::size_t i = 0; i < run::kRunningSlots && named < kNamed; ++i)
    if (const run::RunningName* name = run::running_in(i))
      add_stage(text << (named++ == 0 ? " while " : ", "), name->stage, name->component);
  if (count > named) text << " and others";
  if (count > 0) text << (count == 1 ? " ran" : " ran; --jobs 1 tells which it was");
}

/// In one line: who, what, and what to do.
void add_message(Text& text, const ForeignCode* code, const End& end) {
  constexpr std::string_view kGoesOn = "; the same command goes on with what has finished";
  if (!code) {
    add_what_happened(text << "the program", end);
    add_running(text);
    if (count_running() > 0) text << kGoesOn;
  } else if (code->doing() == ForeignCode::Doing::loading) {
    add_what_happened((text << "plugin '").shown(code->what()) << "'", end);
    text << " while it was loaded; take its folder out of PIPELINE_PLUGIN_PATH, or mend the plugin "
            "and build it again";
  } else {
    add_stage(text, code->what(), code->component());
    add_what_happened(text, end);
    if (code->doing() == ForeignCode::Doing::checking) text << " while it was checked";
    else text << kGoesOn;
  }
}

void add_event(Text& text, std::string_view message, const ForeignCode* code) {
  (text << R"({"event":"run_aborted","message":)").json(message) << R"(,"stages":[)";
  std::string_view before;
  const auto add = [&](std::string_view stage, std::string_view component) {
    (text << before << R"({"component":)").json(component) << R"(,"stage":)";
    text.json(stage) << "}";
    before = ",";
  };
  if (code && code->doing() != ForeignCode::Doing::loading) add(code->what(), code->component());
  for (std::size_t i = 0; !code && i < run::kRunningSlots && text.has_room(); ++i)
    if (const run::RunningName* name = run::running_in(i)) add(name->stage, name->component);
  text << "]}\n";
}

// Without waiting for ever for a reader who does not read.
void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    pollfd ready{fd, POLLOUT, 0};
    if (poll(&ready, 1, kPatienceMs) <= 0) return;
    const ssize_t written = write(fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written > 0) text.remove_prefix(std::size_t(written));
    else if (errno != EINTR) return;
  }
}

}  // namespace

/// What is said at the end. All of it may be called in a signal handler.
class LastWords {
 public:
  static void say(const End& end) {
    // A signal from elsewhere meets some thread or other.
    const ForeignCode* code = end.by_another ? nullptr : ForeignCode::on_this_thread();
    Text message, line;
    add_message(message, code, end);
    line << "error: " << message.text() << "\n";
    if (const CrashStream* to = stream) end_stream(*to, message.text(), code);
    write_all(error_output, line.text());
  }

 private:
  // What was printed before comes first: an assertion's text, for one, which tells most.
  static void end_stream(const CrashStream& to, std::string_view message, const ForeignCode* code) {
    const auto idle = [&] { return to.captured_.idle() && to.output_.idle(); };
    const timespec moment{0, 1'000'000};
    for (int ms = 0; ms < kPatienceMs && !idle(); ++ms) nanosleep(&moment, nullptr);
    if (!to.json_ || !to.output_.idle()) return;
    Text event;
    add_event(event, message, code);
    write_all(to.output_.descriptor(), event.text());
  }
};

namespace {

thread_local bool speaking = false;

/// False for a thread that comes second while another speaks, for a child of this process, and
/// where speaking itself crashes.
bool may_speak() {
  if (watched != getpid() || speaking) return false;
  speaking = true;
  while (told.test_and_set()) pause();  // the first ends the process
  return true;
}

void on_signal(int signal, siginfo_t* info, void*) {
  const int error = errno;
  if (may_speak()) LastWords::say({signal, is_from_elsewhere(*info)});
  std::signal(signal, SIG_DFL);
  raise(signal);  // once this handler has returned
  errno = error;
}

void on_exit_called() {
  if (!may_speak()) return;
  LastWords::say({});
  const ForeignCode* code = ForeignCode::on_this_thread();
  const bool runs = count_running() > 0 || (code && code->doing() == ForeignCode::Doing::running);
  _exit(runs ? kStageFailed : kWrongInput);
}

}  // namespace

CrashReport::CrashReport() {
  error_output = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
  watched = getpid();
  watch_exits();
  struct sigaction action {
  }, present{};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (const auto& known : kSignals)
    if (sigaction(known.signal, nullptr, &present) == 0 && present.sa_handler == SIG_DFL)
      sigaction(known.signal, &action, nullptr);
}

CrashReport::~CrashReport() {
  watched = 0;
  close(error_output);
}

void CrashReport::watch_exits() {
  std::atexit(on_exit_called);
  std::at_quick_exit(on_exit_called);
}

CrashStream::CrashStream(const Output& output, const run::CapturedOutput& captured, bool json)
    : output_(output), captured_(captured), json_(json) {
  stream = this;
}

CrashStream::~CrashStream() { stream = nullptr; }

}  // namespace pipeline::cli
