#pragma once
#include <map>
#include <string>

#include "pipeline/artifact.h"

// What may be stored: the rules that names, attributes and arrays obey in the HDF5 file.

namespace pipeline::cache {

/// Error, naming the port and what is wrong, if the outputs cannot be stored so that every reader
/// of HDF5 finds them again: names of ports and of each step of an array's path are 1 to 255 bytes
/// of UTF-8 without control characters or '/', and not "." or ".."; no array's path leads through
/// another's; attributes are UTF-8 without NUL and not named kTypeAttribute; ranks are at most 32;
/// an artifact of type "array" has the one array "", any other has none of that path.
void require_storable(const std::map<std::string, Artifact>& outputs);

/// Tells an artifact's type in the file.
inline constexpr const char* kTypeAttribute = "artifact_type";

}  // namespace pipeline::cache
