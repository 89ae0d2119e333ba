#pragma once
#include <string>
#include <vector>

#include "config/problems.h"

namespace pipeline::config {

/// Letters, digits, _ and -, at least one.
bool is_name(std::string_view name);

/// True of a map with a key that pipeline files have.
bool looks_like_pipeline(const Node& document);

/// Makes problems of what a file must not have: unknown keys, and wrong types down to the parts of
/// a stage. What is wrong is taken out, so that the rest can be used: a stage with something wrong
/// is `broken`. What that may leave missing is noted. `in_group`: the file belongs to a choice of
/// a group, which cannot choose groups itself.
void check_document(Node& document, bool in_group, Missing& missing, Problems& problems);

/// Lays a stage over one of the same name in a file below: key by key, and within `in` and `with`
/// input by input and parameter by parameter, each of which is replaced as a whole. Another `use`
/// leaves nothing of what lies below. An input given as null is taken away.
void merge_stage(Node::Entry& below, const Node::Entry& above);

}  // namespace pipeline::config
