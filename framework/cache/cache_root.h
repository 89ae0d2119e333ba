#pragma once
#include <string>
#include <vector>

#include "cache/layout.h"
#include "cache/store.h"

namespace pipeline::cache {

/// Makes the cache's folder if need be, or finds out that it is one, of this format. Error if it
/// cannot be read, is something else, is of another format, or spread over several file systems;
/// then it stays as it was.
///
/// What a slip or a failing disk did to a folder that is otherwise evidently a cache is mended: a
/// damaged format.json is written anew, and what stands in the place of one of its folders and is
/// no folder is moved aside. Returns a line for each such thing. With Access::read nothing is made
/// or mended, and where the folder cannot be written to, it serves for reading as it is.
std::vector<std::string> open_root(const Layout& layout, Store::Access access);

}  // namespace pipeline::cache
