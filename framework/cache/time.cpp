#include "cache/time.h"

#include <fmt/chrono.h>

#include <chrono>

namespace pipeline::cache {

std::string utc(std::int64_t microseconds) {
  using namespace std::chrono;
  const sys_time<std::chrono::microseconds> time{std::chrono::microseconds(microseconds)};
  const auto second = floor<seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(system_clock::to_time_t(second)),
                     (time - second).count());
}

std::string utc_now() {
  using namespace std::chrono;
  return utc(floor<microseconds>(system_clock::now()).time_since_epoch().count());
}

}  // namespace pipeline::cache
