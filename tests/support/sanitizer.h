#pragma once
#include <string_view>

namespace pipeline::testing {

/// The compiler's option for a plugin that a test builds: it has to have the sanitizer of the
/// program that loads it.
#if defined(__SANITIZE_ADDRESS__)
inline constexpr const char* kSanitizer = "-fsanitize=address";
#elif defined(__SANITIZE_THREAD__)
inline constexpr const char* kSanitizer = "-fsanitize=thread";
#else
inline constexpr const char* kSanitizer = "-fno-sanitize=all";
#endif
inline constexpr bool kSanitized = std::string_view(kSanitizer) != "-fno-sanitize=all";

}  // namespace pipeline::testing
