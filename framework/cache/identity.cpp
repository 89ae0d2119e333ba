#include "cache/identity.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <mutex>
#include <random>

namespace pipeline::cache {

std::string host_name() {
  char name[256] = {};
  if (gethostname(name, sizeof name - 1) != 0 || !name[0]) return "unknown";
  return name;
}

const std::string& boot_id() {
  static const std::string id = [] {
    std::string text;
    std::ifstream("/proc/sys/kernel/random/boot_id") >> text;
    std::erase(text, '-');
    return text.empty() ? std::string("unknown") : text;
  }();
  return id;
}

std::string process_id() {
  static std::mutex mutex;
  static std::string id;
  static pid_t owner = 0;
  const std::lock_guard guard(mutex);
  if (owner != getpid()) {  // a forked child is a process of its own
    std::random_device random;
    id = fmt::format("{:08x}{:08x}{:08x}{:08x}", random(), random(), random(), random());
    owner = getpid();
  }
  return id;
}

std::string unique_name() {
  static std::atomic<unsigned> count{0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return fmt::format("{}-{}-{:x}-{}", boot_id(), getpid(), std::chrono::nanoseconds(now).count(),
                     count++);
}

bool is_unique_name(std::string_view name) {
  const auto is_hex = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789abcdef") == std::string_view::npos;
  };
  for (int part = 0; part < 3; ++part) {
    const std::size_t end = name.find('-');
    if (end == std::string_view::npos) return false;
    const std::string_view text = name.substr(0, end);
    if (!is_hex(text) && !(part == 0 && text == "unknown")) return false;
    name.remove_prefix(end + 1);
  }
  return is_hex(name);
}

}  // namespace pipeline::cache
