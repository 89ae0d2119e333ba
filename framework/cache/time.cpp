#include "cache/time.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace pipeline::cache {

std::string utc(std::int64_t microseconds) {
  using namespace std::chrono;
  // A file may have any time; of years with more than four digits there is no text.
  constexpr std::int64_t kLast = 253'402'300'799'999'999, kFirst = -62'135'596'800'000'000;
  const sys_time<std::chrono::microseconds> time{
      std::chrono::microseconds(std::clamp(microseconds, kFirst, kLast))};
  // Not by system_clock, whose nanoseconds end in 2262.
  const auto second = floor<seconds>(time);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z",
                     fmt::gmtime(std::time_t(second.time_since_epoch().count())),
                     (time - second).count());
}

std::string utc_now() {
  using namespace std::chrono;
  return utc(floor<microseconds>(system_clock::now()).time_since_epoch().count());
}

}  // namespace pipeline::cache
