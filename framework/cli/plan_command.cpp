#include "plan/plan.h"

#include <fmt/format.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/start_folder.h"
#include "cli/workspace.h"

namespace pipeline::cli {
namespace {

void print_as_json(const plan::CheckedPipeline& pipeline,
                   const std::vector<plan::StagePlan>& plans) {
  Value::List list;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const plan::StagePlan& stage = plans[i];
    const auto reasons = as_written(stage.reasons);
    Value::Map entry = {{"stage", pipeline.stages[i].name()},
                        {"action", std::string(name(stage.decision))},
                        {"reasons", Value::List(reasons.begin(), reasons.end())},
                        {"key", stage.key}};
    if (!stage.missing.empty())
      entry["missing"] = Value::List(stage.missing.begin(), stage.missing.end());
    if (stage.last_seconds) entry["last_seconds"] = *stage.last_seconds;
    if (stage.extends) entry["extends"] = plan::to_value(*stage.extends);
    list.push_back(std::move(entry));
  }
  print_json(list);
}

void print_table(const plan::CheckedPipeline& pipeline, const std::vector<plan::StagePlan>& plans) {
  int counts[3] = {};
  double expected = 0;
  for (std::size_t i = 0; i < plans.size(); ++i) {
    const plan::StagePlan& stage = plans[i];
    ++counts[int(stage.decision)];
    if (stage.decision != plan::Decision::cached) expected += stage.last_seconds.value_or(0);
    const char* word = stage.decision == plan::Decision::cached ? "cached"
                       : stage.decision == plan::Decision::run  ? "runs"
                                                                : "may run";
    fmt::print("{:<8} {:<18} {:>12}  {}\n", word, printable(pipeline.stages[i].name()),
               stage.last_seconds ? "last " + duration(*stage.last_seconds) : "",
               listed(as_written(stage.reasons), "; "));
    for (const std::string& line : stage.missing)
      fmt::print("{:<8} {:<18} {:>12}  missing: {}\n", "", "", "", printable(line));
  }
  fmt::print("\n{} to run, {} that depend on those, {} cached", counts[int(plan::Decision::run)],
             counts[int(plan::Decision::unknown)], counts[int(plan::Decision::cached)]);
  if (expected > 0) fmt::print("; last time they took {}", duration(expected));
  fmt::print("\n");
}

}  // namespace

int plan_command(const std::vector<std::string>& given) {
  const Arguments arguments("plan", given, {kCache, kCheckFiles, kJson});
  if (arguments.wants_help()) return kDone;
  Workspace workspace(arguments, cache::Store::Access::read);
  const auto plans = plan::make_plan(workspace.pipeline, workspace.store);
  arguments.has("json") ? print_as_json(workspace.pipeline, plans)
                        : print_table(workspace.pipeline, plans);
  return kDone;
}

}  // namespace pipeline::cli
