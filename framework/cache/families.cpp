#include "cache/families.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <optional>

#include "cache/places.h"

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

std::string name_of(const Member& member) { return fmt::format("{}_{}", member.value, member.key); }

/// None of a name that name_of() does not give.
std::optional<Member> member_of(const std::string& name) {
  Member member;
  const char* end = name.data() + name.size();
  const auto read = std::from_chars(name.data(), end, member.value);
  if (read.ec != std::errc() || read.ptr == end) return std::nullopt;
  member.key.assign(read.ptr + 1, end);
  const bool is_one = member.value > 0 && is_digest(member.key) && name_of(member) == name;
  return is_one ? std::optional(std::move(member)) : std::nullopt;
}

}  // namespace

void keep_end_state(const Layout& layout, const Extendable& of, const Digest& key,
                    TempFile& member) {
  const fs::path checkpoint = layout.checkpoint(key), state = layout.state(key);
  if (size_of_file(checkpoint)) {
    make_way(layout, state);
    if (rename(checkpoint.c_str(), state.c_str()) != 0) throw_io_error("write", state, errno);
    sync_folder(state.parent_path());
  }
  if (!size_of_file(state)) return;
  const fs::path file = layout.family(of.family) / name_of({of.value, key});
  make_way(layout, file);
  member.publish(file);
  sync_folder(file.parent_path());
}

std::vector<Member> members_below(const Layout& layout, const Extendable& of) {
  std::vector<Member> members;
  try {
    for (const fs::path& file : files_in(layout.family(of.family)))
      if (auto member = member_of(file.filename()); member && member->value < of.value)
        members.push_back(std::move(*member));
  } catch (const Error&) {
    return {};
  }
  std::sort(members.begin(), members.end(),
            [](const Member& a, const Member& b) { return a.value > b.value; });
  return members;
}

std::vector<FoundFile> member_files(const Layout& layout) {
  std::vector<FoundFile> found;
  for (const FoundFile& family : files_by_key(layout.families(), "")) {
    std::error_code ignored;
    if (family.key.empty() || !fs::is_directory(family.path, ignored)) {
      found.push_back({family.path, ""});
      continue;
    }
    try {
      for (const fs::path& file : files_in(family.path)) {
        const auto member = member_of(file.filename());
        found.push_back({file, member ? member->key : ""});
      }
    } catch (const Unwritable&) {  // neither to be read nor to be written to
      found.push_back({family.path, ""});
    }
  }
  return found;
}

}  // namespace pipeline::cache
