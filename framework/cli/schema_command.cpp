#include "plan/schema.h"

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/print.h"

namespace pipeline::cli {

int schema_command(const std::vector<std::string>& given) {
  const Arguments arguments("schema", given, {kJson});
  if (arguments.wants_help()) return kDone;
  arguments.at_most(0);
  plan::Registry registry(plan::Registry::default_folders());
  print_json(plan::file_schema(registry));
  return kDone;
}

}  // namespace pipeline::cli
