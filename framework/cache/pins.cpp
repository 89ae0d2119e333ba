#include "cache/pins.h"

#include <fmt/format.h>

#include <shared_mutex>

#include "cache/files.h"
#include "cache/found_files.h"
#include "cache/layout.h"
#include "cache/roots_lock.h"

namespace pipeline::cache {
namespace fs = std::filesystem;

void pin(Store& store, const Digest& key) {
  if (!is_digest(key)) throw Error(fmt::format("'{}' is no key", key));
  const Layout layout{store.root()};
  RootsLock roots(layout);
  const std::shared_lock guard(roots);
  write_atomically(layout.pins() / key, "", layout.tmp());
}

void unpin(Store& store, const Digest& key) {
  if (!is_digest(key)) throw Error(fmt::format("'{}' is no key", key));
  if (!remove_file(Layout{store.root()}.pins() / key))
    throw Error(fmt::format("{} is not pinned", key));
}

std::vector<Digest> pins(const Store& store) {
  std::vector<Digest> keys;
  for (const fs::path& file : files_in(Layout{store.root()}.pins()))
    if (is_digest(file.filename().string())) keys.push_back(file.filename().string());
  return keys;
}

}  // namespace pipeline::cache
