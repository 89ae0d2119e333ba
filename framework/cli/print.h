#pragma once
#include <string>
#include <vector>

#include "pipeline/printable.h"
#include "pipeline/value.h"

namespace pipeline::cli {

/// What every command's `--json` prints; nothing in it moves a terminal.
void print_json(const Value& value);

/// A text of the parts with the separator between them, as a terminal may show it.
std::string listed(const std::vector<std::string>& parts, const char* separator = ", ");

}  // namespace pipeline::cli
