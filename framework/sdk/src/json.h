#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "pipeline/value.h"

// JSON as the cache reads and writes it by the hundred thousand, quicker than through another
// library's tree (nlohmann's: 6 times the time to read a record, 5 to write a key's parts).

namespace pipeline {

/// The value of a JSON text, or nothing where it holds what this reader leaves to another: broken
/// JSON, escapes but the simplest, letters outside of ASCII, numbers beyond 64 bits.
std::optional<Value> read_plain_json(std::string_view text);

/// Adds the text of the value as Value::to_json() documents it, in one line.
void append_json(std::string& text, const Value& value);

}  // namespace pipeline
