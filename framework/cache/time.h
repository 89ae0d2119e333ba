#pragma once
#include <cstdint>
#include <string>

// Time as records and messages tell it: UTC with microseconds, ISO 8601.

namespace pipeline::cache {

/// "2026-11-24T10:34:01.052071Z"
std::string utc(std::int64_t microseconds_since_1970);
std::string utc_now();

}  // namespace pipeline::cache
