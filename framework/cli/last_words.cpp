#include "cli/last_words.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <ctime>
#include <string_view>

#include "pipeline/utf8.h"
#include "plan/foreign_code.h"
#include "run/running_stages.h"

namespace pipeline::cli {
namespace {

using plan::ForeignCode;

constexpr int kPatienceMs = 1000;

std::atomic<const CrashStream*> stream{nullptr};

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

/// " crashed (…)" or " called exit()".
void add_what_happened(Text& text, const End& end) {
  if (end.call) text << " called " << end.call;
  else if (end.by_another) text << " was ended by a signal (" << end.signal << ")";
  else if (end.stack_overflow)
    text << " crashed (" << end.signal
         << "; it looks like a stack overflow: too deep a recursion, or too large an array on the "
            "stack)";
  else text << " crashed (" << end.signal << ")";
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

void add_who_lost_files(Text& text, const ForeignCode* code) {
  if (code) add_stage(text, code->what(), code->component());
  else text << "a plugin";
  text << " closed files that the program had open; code may close what it has opened itself";
}

/// In one line: who, what, and what to do.
void add_message(Text& text, const ForeignCode* code, const End& end) {
  constexpr std::string_view kGoesOn = "; the same command goes on with what has finished";
  if (end.files_lost && count_running() < 2) {
    add_who_lost_files(text, code);
    if (count_running() > 0) text << kGoesOn;
  } else if (!code) {
    if (end.files_lost) text << "files that the program had open were closed";
    else add_what_happened(text << "the program", end);
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
  while (fd >= 0 && !text.empty()) {
    pollfd ready{fd, POLLOUT, 0};
    if (poll(&ready, 1, kPatienceMs) <= 0) return;
    const ssize_t written = write(fd, text.data(), std::min<std::size_t>(text.size(), PIPE_BUF));
    if (written > 0) text.remove_prefix(std::size_t(written));
    else if (errno != EINTR) return;
  }
}

}  // namespace

/// What is said at the end, by whatever thread.
class LastWords {
 public:
  static void say(const End& end, int error_output) {
    // A signal from elsewhere meets some thread or other, and so does the loss of files.
    const bool anybody = end.by_another || (end.files_lost && count_running() > 1);
    const ForeignCode* code = anybody ? nullptr : ForeignCode::on_this_thread();
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

void say_last_words(const End& end, int error_output) { LastWords::say(end, error_output); }

bool in_a_run() {
  const ForeignCode* code = ForeignCode::on_this_thread();
  return count_running() > 0 || (code && code->doing() == ForeignCode::Doing::running);
}

CrashStream::CrashStream(const Output& output, const run::CapturedOutput& captured, bool json)
    : output_(output), captured_(captured), json_(json) {
  stream = this;
}

CrashStream::~CrashStream() { stream = nullptr; }

}  // namespace pipeline::cli
