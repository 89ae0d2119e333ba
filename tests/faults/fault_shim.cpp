// Preloaded into a program (LD_PRELOAD), has one of its system calls fail, come short, or be its
// last; nothing is changed but for files below a folder. By environment variables:
//
//   FAULT_BELOW    the folder; without it nothing happens
//   FAULT_CALLS    the calls that count, as "write,pwrite", or "all"
//   FAULT_AT       the number of the call that is struck, from 1 on
//   FAULT_ON       "1": all calls from that on are struck
//   FAULT_DO       ENOSPC, EIO, …: fails so; "short": half is written or read; "kill-before",
//                  "kill-after": SIGKILL; "sigbus": what is mapped cannot be read
//   FAULT_BYTES    instead: so many bytes can be written to that folder, then ENOSPC
//   FAULT_COUNT    a file that gets a line for each call that counts
//   FAULT_BOOT_ID  a file that stands in for the kernel's boot id
#include "fault_shim.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace fault {
namespace {

std::string variable(const char* name) {
  const char* value = getenv(name);
  return value ? value : "";
}

int errno_named(std::string_view name) {
  constexpr std::pair<std::string_view, int> kNames[] = {
      {"ENOSPC", ENOSPC}, {"EIO", EIO},       {"EINTR", EINTR},   {"EDQUOT", EDQUOT},
      {"EMFILE", EMFILE}, {"EACCES", EACCES}, {"ENOLCK", ENOLCK}, {"EROFS", EROFS}};
  for (const auto& [known, number] : kNames)
    if (known == name) return number;
  return 0;
}

struct Settings {
  const std::string below = variable("FAULT_BELOW"), boot_id = variable("FAULT_BOOT_ID");
  const std::string calls = variable("FAULT_CALLS"), what = variable("FAULT_DO");
  const long at = atol(variable("FAULT_AT").c_str());
  const bool goes_on = variable("FAULT_ON") == "1";
  const bool has_budget = getenv("FAULT_BYTES");
  const int error = errno_named(what);
  const int count_fd = open_count();

  bool counts(std::string_view call) const {
    if (calls == "all") return true;
    for (std::size_t at = 0; at < calls.size();) {
      const std::size_t end = std::min(calls.find(',', at), calls.size());
      if (std::string_view(calls).substr(at, end - at) == call) return true;
      at = end + 1;
    }
    return false;
  }

 private:
  // By the system call itself: this is before anything of ours can be in the way.
  static int open_count() {
    const std::string file = variable("FAULT_COUNT");
    if (file.empty()) return -1;
    const auto real = next<int(const char*, int, ...)>("open");
    return real(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  }
};

const Settings& settings() {
  static const Settings settings;
  return settings;
}

std::atomic<long> calls_so_far{0};
std::atomic<long> bytes_left{atol(variable("FAULT_BYTES").c_str())};

bool is_below(std::string_view path) {
  const std::string& folder = settings().below;
  return !folder.empty() && path.starts_with(folder) &&
         (path.size() == folder.size() || path[folder.size()] == '/');
}

std::string absolute(const char* path) {
  std::string whole;
  char folder[PATH_MAX];
  if (path[0] != '/' && getcwd(folder, sizeof folder)) {
    whole = folder;
    whole += '/';
  }
  return whole += path;
}

std::string path_of(int fd) {
  char link[40], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t size = readlink(link, path, sizeof path);
  return size > 0 ? std::string(path, std::size_t(size)) : "";
}

void note(const char* call, const std::string& path) {
  if (settings().count_fd < 0) return;
  std::string line = call;
  line += ' ';
  line += path;
  line += '\n';
  const auto real = next<ssize_t(int, const void*, std::size_t)>("write");
  if (real(settings().count_fd, line.data(), line.size()) < 0) abort();
}

}  // namespace

Strike::Strike(const char* call, const char* path) { meet(call, absolute(path)); }
Strike::Strike(const char* call, int fd) {
  const int before = errno;
  meet(call, path_of(fd));
  errno = before;
}

void Strike::meet(const char* call, const std::string& path) {
  const Settings& all = settings();
  if (!is_below(path) || !all.counts(call)) return;
  note(call, path);
  const long number = ++calls_so_far;
  struck_ = all.at > 0 && (all.goes_on ? number >= all.at : number == all.at);
  if (struck_ && all.what == "kill-before") raise(SIGKILL);
}

Strike::~Strike() {
  if (!struck_ || settings().what != "kill-after") return;
  raise(SIGKILL);
}

bool Strike::fails() const {
  if (!struck_ || settings().error == 0) return false;
  errno = settings().error;
  return true;
}

std::size_t Strike::length(std::size_t wanted) const {
  return struck_ && settings().what == "short" ? (wanted + 1) / 2 : wanted;
}

bool Strike::is_sigbus() const { return struck_ && settings().what == "sigbus"; }

bool spend(int fd, std::size_t& size) {
  if (!settings().has_budget || !is_below(path_of(fd))) return true;
  const long left = bytes_left.fetch_sub(long(size));
  if (left >= long(size)) return true;
  if (left <= 0) return errno = ENOSPC, false;
  size = std::size_t(left);
  return true;
}

const char* redirected(const char* path) {
  const bool is_boot_id = strcmp(path, "/proc/sys/kernel/random/boot_id") == 0;
  return is_boot_id && !settings().boot_id.empty() ? settings().boot_id.c_str() : path;
}

}  // namespace fault
