#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cache/store.h"

namespace pipeline::cache {

/// What `cache ls` shows, newest first.
struct Entry {
  Record record;
  std::string last_used;          ///< UTC; by a run that computed it or found it
  bool has_file = true;           ///< gc drops the file before it drops the record
  std::uint64_t state_bytes = 0;  ///< of its end state, where it can be extended
};
std::vector<Entry> list(const Store& store);

/// The record's last use, in microseconds since 1970; none where it is gone.
std::optional<std::int64_t> last_use(const Store& store, const Digest& key);

/// The stored action whose key begins with `prefix` (4 digits or more). Error where there is none,
/// or where there are several.
Digest find_key(const Store& store, const std::string& prefix);

}  // namespace pipeline::cache
