#include "process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "pipeline/error.h"

extern char** environ;

namespace plots {
namespace {

constexpr int kFirstFile = 3;
constexpr std::size_t kMostErrors = 64 << 10;
constexpr std::chrono::milliseconds kLongestWait{50};

[[noreturn]] void fail(const std::string& what, int error) {
  throw pipeline::Error("cannot " + what + ": " + std::strerror(error));
}

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() { close(); }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// A copy of `fd` above the numbers that the program will see, so that putting one descriptor in
/// its place cannot overwrite another that waits for its own.
Descriptor moved_up(Descriptor fd, std::size_t files) {
  Descriptor moved(fcntl(fd.get(), F_DUPFD_CLOEXEC, kFirstFile + int(files)));
  if (!moved.open()) fail("duplicate a file descriptor", errno);
  return moved;
}

Descriptor memory_file(std::string_view content, std::size_t files) {
  Descriptor fd(memfd_create("figure", MFD_CLOEXEC));
  if (!fd.open()) fail("make a file in memory", errno);
  while (!content.empty()) {
    const ssize_t n = write(fd.get(), content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("write a file in memory", errno);
    content.remove_prefix(std::size_t(n));
  }
  return moved_up(std::move(fd), files);
}

struct Pipe {
  Descriptor read, write;
  explicit Pipe(std::size_t files) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) fail("make a pipe", errno);
    read = Descriptor(ends[0]);
    write = moved_up(Descriptor(ends[1]), files);
  }
};

/// What posix_spawn() needs, freed with the object.
struct SpawnSettings {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnSettings() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    // In a process group of its own Ctrl-C does not reach it before the run has decided to stop;
    // signals that this process blocks or ignores act on it as usual.
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;
};

/// A program that runs; killed and waited for at the latest when the object goes.
class Child {
 public:
  explicit Child(pid_t pid) : pid_(pid) {}
  ~Child() {
    kill();
    ended(true);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  void kill() const {
    if (pid_ > 0) ::kill(-pid_, SIGKILL);
  }
  /// Whether it has ended; with `patience` it is waited for.
  bool ended(bool patience) {
    if (pid_ <= 0) return true;
    pid_t done;
    while ((done = waitpid(pid_, &status_, patience ? 0 : WNOHANG)) < 0 && errno == EINTR) {}
    if (done != 0) pid_ = -1;
    return done != 0;
  }
  int status() const { return status_; }  ///< as of waitpid(), once it has ended

 private:
  pid_t pid_;
  int status_ = 0;
};

std::vector<char*> environment(const Command& command) {
  const std::vector<std::string>& drop = command.drop_variables;
  std::vector<char*> kept;
  for (char** variable = environ; *variable; ++variable) {
    const std::string_view text = *variable;
    const bool dropped = std::any_of(drop.begin(), drop.end(), [&](const std::string& prefix) {
      return text.substr(0, prefix.size()) == prefix;
    });
    if (!dropped) kept.push_back(*variable);
  }
  for (const std::string& variable : command.variables)
    kept.push_back(const_cast<char*>(variable.c_str()));
  kept.push_back(nullptr);
  return kept;
}

/// The process id, or 0 if there is no such program.
pid_t spawn(const Command& command, const std::vector<Descriptor>& files, const Pipe& out,
            const Pipe& errors) {
  SpawnSettings settings;
  auto* actions = &settings.actions;
  posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(actions, out.write.get(), 1);
  posix_spawn_file_actions_adddup2(actions, errors.write.get(), 2);
  for (std::size_t i = 0; i < files.size(); ++i)
    posix_spawn_file_actions_adddup2(actions, files[i].get(), kFirstFile + int(i));

  std::vector<char*> arguments;
  for (const std::string& argument : command.arguments)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> variables = environment(command);

  pid_t pid = 0;
  const int error = posix_spawnp(&pid, arguments[0], actions, &settings.attributes,
                                 arguments.data(), variables.data());
  if (error == ENOENT || error == ENOTDIR || error == EACCES) return 0;
  if (error != 0) fail("start " + command.arguments[0], error);
  return pid;
}

/// Takes what there is to read; closes at the end of the stream.
void drain(Descriptor& from, std::string& into, std::size_t most) {
  std::array<char, 65536> buffer;
  const ssize_t n = read(from.get(), buffer.data(), buffer.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (n <= 0) return from.close();
  into.append(buffer.data(), std::min(std::size_t(n), most - std::min(most, into.size())));
}

/// How long a program has run, as far as this process was awake to see it.
class Stopwatch {
 public:
  explicit Stopwatch(const Command& command) : now_(command.now), seen_(now_()) {}
  /// To be asked after each wait.
  std::chrono::nanoseconds elapsed() {
    const auto now = now_();
    elapsed_ += std::min<std::chrono::nanoseconds>(now - std::exchange(seen_, now), kLongestWait);
    return elapsed_;
  }

 private:
  const std::function<std::chrono::steady_clock::time_point()>& now_;
  std::chrono::steady_clock::time_point seen_;
  std::chrono::nanoseconds elapsed_{0};
};

}  // namespace

std::string file_name(std::size_t i) { return "/dev/fd/" + std::to_string(kFirstFile + i); }

Finished run_command(const Command& command) {
  std::vector<Descriptor> files;
  for (const std::string_view content : command.files)
    files.push_back(memory_file(content, command.files.size()));
  Pipe out(files.size()), errors(files.size());

  Finished finished;
  const pid_t pid = spawn(command, files, out, errors);
  if (pid == 0) {
    finished.how = Finished::How::not_found;
    return finished;
  }
  Child child(pid);
  Stopwatch stopwatch(command);
  files.clear();
  out.write.close();
  errors.write.close();

  while (out.read.open() || errors.read.open() || !child.ended(false)) {
    if (command.check_cancelled) command.check_cancelled();
    if (command.time_limit.count() > 0 && stopwatch.elapsed() > command.time_limit) {
      finished.how = Finished::How::timed_out;
      return finished;
    }
    // poll() passes over the negative descriptor of a stream that has ended.
    const bool reading = out.read.open() || errors.read.open();
    pollfd waits[2] = {{out.read.get(), POLLIN, 0}, {errors.read.get(), POLLIN, 0}};
    if (poll(waits, 2, reading ? int(kLongestWait.count()) : 1) < 0 && errno != EINTR)
      fail("wait for a program", errno);
    if (waits[0].revents) drain(out.read, finished.out, std::string::npos);
    if (waits[1].revents) drain(errors.read, finished.errors, kMostErrors);
  }
  const int status = child.status();
  finished.how = WIFSIGNALED(status) ? Finished::How::killed : Finished::How::exited;
  finished.code = WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
  return finished;
}

}  // namespace plots
