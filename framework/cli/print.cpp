#include "cli/print.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace pipeline::cli {

void print_json(const Value& value) { fmt::print("{}\n", printable_json(value.to_json(2))); }

std::string listed(const std::vector<std::string>& parts, const char* separator) {
  return printable(fmt::format("{}", fmt::join(parts, separator)));
}

}  // namespace pipeline::cli
