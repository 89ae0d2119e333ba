#include <fmt/format.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/start_folder.h"
#include "cli/workspace.h"
#include "plan/plan.h"

namespace pipeline::cli {

int why_command(const std::vector<std::string>& given) {
  const Arguments arguments("why", given, {kCache, kCheckFiles, kJson});
  if (arguments.wants_help()) return kDone;
  const auto& words = arguments.positional();
  if (words.size() < 2)
    throw Error("expected a pipeline file and a stage, as in 'pipeline why vae_conv.yaml fit'");
  Workspace workspace(arguments, cache::Store::Access::read, 2);
  const std::size_t index = workspace.pipeline.index_of(words[1]);
  const plan::StagePlan plan = plan::make_plan(workspace.pipeline, workspace.store)[index];
  const auto reasons = as_written(plan.reasons);
  if (arguments.has("json")) {
    const auto record = plan.record ? workspace.store.find(plan.key) : std::nullopt;
    const Value& parts = record ? record->parts : plan.parts;
    Value::Map told = {{"stage", words[1]},
                       {"action", std::string(name(plan.decision))},
                       {"key", plan.key},
                       {"parts", parts},
                       {"reasons", Value::List(reasons.begin(), reasons.end())}};
    if (plan.extends) told["extends"] = plan::to_value(*plan.extends);
    print_json(std::move(told));
    return kDone;
  }
  if (plan.decision == plan::Decision::cached) {
    fmt::print("'{}' is cached: nothing that it depends on has changed since {}\n",
               printable(words[1]), printable(plan.record->created));
    return kDone;
  }
  fmt::print("'{}' {}:\n", printable(words[1]),
             plan.decision == plan::Decision::run ? "will run" : "may have to run");
  for (const std::string& reason : reasons) fmt::print("  {}\n", printable(reason));
  for (const std::string& line : plan.missing) fmt::print("  missing: {}\n", printable(line));
  return kDone;
}

}  // namespace pipeline::cli
