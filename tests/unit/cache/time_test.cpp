#include "cache/time.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

namespace pipeline::cache {
namespace {

TEST_CASE("times are UTC with microseconds, in every zone and year") {
  for (const char* zone : {"UTC", "America/New_York", "Asia/Kolkata"}) {
    setenv("TZ", zone, 1);
    tzset();
    CHECK(utc(1'700'000'000'052'071) == "2023-11-14T22:13:20.052071Z");
    CHECK(utc(0) == "1970-01-01T00:00:00.000000Z");
    CHECK(utc(-1) == "1969-12-31T23:59:59.999999Z");
    CHECK(utc_now().size() == 27);
  }
  unsetenv("TZ");
  tzset();
  CHECK(utc(INT64_MAX) == "9999-12-31T23:59:59.999999Z");
  CHECK(utc(INT64_MIN) == "0001-01-01T00:00:00.000000Z");
  CHECK(utc_now() > utc(1'700'000'000'000'000));
}

}  // namespace
}  // namespace pipeline::cache
