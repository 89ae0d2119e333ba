#pragma once
#include <string>
#include <string_view>

#include "config/config.h"

namespace pipeline::config {

/// Ends the parsing of one text.
struct SyntaxError {
  Position at;
  std::string message;
};

inline constexpr const char* kTabInIndentation =
    "a tab in the indentation; YAML indents with spaces only";

/// False if `text`, which begins with a scalar and its tag and anchor, begins with a quoted one
/// that never ends. (yaml-cpp 0.7 takes the end of the file for the closing quote.)
bool quotes_close(std::string_view text);

/// What yaml-cpp's message means to who wrote the file; `found` is the text where it stands.
std::string friendly(std::string_view message, std::string_view found);

}  // namespace pipeline::config
