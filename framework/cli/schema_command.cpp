#include "plan/schema.h"

#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/command.h"

namespace pipeline::cli {

int schema_command(const std::vector<std::string>& given) {
  const Arguments arguments("schema", given, {kJson});
  if (arguments.wants_help()) return kDone;
  arguments.at_most(0);
  plan::Registry registry(plan::Registry::default_folders());
  fmt::print("{}\n", plan::file_schema(registry).to_json(2));
  return kDone;
}

}  // namespace pipeline::cli
