#pragma once
#include <memory>
#include <optional>

#include "config/problems.h"

namespace pipeline::config {

/// The document in a source's text from byte `skip` on, with aliases and merge keys written out and
/// scalars typed by YAML 1.2's core schema; `${var}` stays as text. A text of nothing but comments
/// is null. Keys given twice, unknown tags and numbers out of range become problems and the rest
/// goes on; where the text is no YAML at all, the result is empty.
std::optional<Node> parse_yaml(const std::shared_ptr<const Source>& source, Problems& problems,
                               std::size_t skip = 0);

}  // namespace pipeline::config
