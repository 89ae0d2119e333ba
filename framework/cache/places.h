#pragma once
#include <filesystem>

#include "cache/layout.h"

// What a slip of a hand, another program or a failing disk left where a file of the cache belongs:
// it makes way, and nothing of anybody's is lost.

namespace pipeline::cache {

inline constexpr const char* kAside = ".damaged-";
/// Renames to "<name>.damaged-1", or the next number that is free.
void move_aside(const std::filesystem::path& path);
/// For a file that is to get this name by a rename: a folder there is removed if it is empty, and
/// else moved aside. (A file, pipe, socket or link is replaced by the rename.)
void clear_place(const std::filesystem::path& path);
/// Makes `folder`, and those between it and the cache's root, for those who may write to the root;
/// what stands in the place of one and is none is moved aside. (A link to a folder is one; a link
/// of the root's own that leads nowhere is an Error.)
void require_folder(const Layout& layout, const std::filesystem::path& folder);
/// require_folder() for the folder of `path`, and clear_place().
void make_way(const Layout& layout, const std::filesystem::path& path);
/// Whatever it is: a folder that is not empty is moved aside. False where there was nothing.
bool remove_entry(const std::filesystem::path& path);

}  // namespace pipeline::cache
