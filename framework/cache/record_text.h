#pragma once
#include <string>
#include <string_view>

#include "cache/record.h"

// Records as text. A sealed text is the JSON object {"checksum": …, "content": …} on one line,
// whose checksum is that of the content's exact bytes: no other text than the one written passes,
// and nothing is parsed before that is known.

namespace pipeline::cache {

std::string seal(const Value& content);
/// Error, with what is wrong, if the text is not as seal() wrote it.
Value unseal(std::string_view text);
/// The content as JSON, not parsed yet; Error as above.
std::string_view unsealed(std::string_view text);
/// The JSON of a map, as to_json() writes it, with null for the value of one of its keys.
std::string without_entry(std::string_view json, std::string_view key);

Value to_value(const Record& record);
/// Error if a field is missing or of another type than to_value() gives.
Record record_from(const Value& value);

Value to_value(const std::map<std::string, StoredOutput>& outputs);
std::map<std::string, StoredOutput> outputs_from(const Value& value);

/// JSON has no infinities and no not-a-number; here they, and all else, come back as they were.
Value portable(const Value& value);
Value from_portable(const Value& value);

}  // namespace pipeline::cache
