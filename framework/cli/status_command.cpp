#include <fmt/format.h>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/report.h"
#include "cli/start_folder.h"
#include "cli/workspace.h"
#include "plan/plan.h"

namespace pipeline::cli {
namespace {

Value::Map entry_of(const plan::CheckedStage& stage, const plan::StagePlan& plan,
                    const cache::Store& store) {
  Value::Map entry = {{"stage", stage.name()},
                      {"state", plan.decision == plan::Decision::cached ? "fresh" : "stale"}};
  // One that runs every time is never fresh, and a damaged one was: both want a word.
  if (stage.dependencies.caching == Caching::never) entry["reason"] = plan.reasons.at(0);
  if (!plan.damage.empty()) entry["reason"] = as_written(plan.damage);
  if (plan.extends) {
    const std::string words = plan::text_of(*plan.extends);
    entry["extends"] = plan::to_value(*plan.extends);
    entry["reason"] = plan.damage.empty() ? words : as_written(plan.damage) + "; " + words;
  }
  if (!plan.record) return entry;
  entry["key"] = plan.record->key;
  entry["created"] = plan.record->created;
  entry["seconds"] = plan.record->seconds;
  entry["bytes"] = std::int64_t(plan.record->file_bytes);
  if (const auto bytes = store.end_state_bytes(plan.record->key))
    entry["state_bytes"] = std::int64_t(bytes);
  entry["output"] = as_written(store.file_of(plan.record->key).string());
  return entry;
}

std::int64_t state_bytes_of(const Value& entry) {
  return entry.has("state_bytes") ? entry.at("state_bytes").as_int() : 0;
}

}  // namespace

int status_command(const std::vector<std::string>& given) {
  const Arguments arguments("status", given, {kCache, kCheckFiles, kJson});
  if (arguments.wants_help()) return kDone;
  Workspace workspace(arguments, cache::Store::Access::read);
  const auto plans = plan::make_plan(workspace.pipeline, workspace.store);
  Value::List list;
  for (std::size_t i = 0; i < plans.size(); ++i)
    list.push_back(entry_of(workspace.pipeline.stages[i], plans[i], workspace.store));
  if (arguments.has("json")) {
    print_json(list);
    return kDone;
  }
  for (const Value& entry : list) {
    if (entry.has("created"))
      fmt::print(
          "fresh  {:<18} {}  {:>10} {:>10.1f} kB  {}\n", printable(entry.at("stage").as_string()),
          printable(entry.at("created").as_string()), duration(entry.at("seconds").as_real()),
          double(entry.at("bytes").as_int() + state_bytes_of(entry)) / 1000,
          printable(entry.at("output").as_string()));
    else if (entry.has("reason"))
      fmt::print("stale  {:<18} {}\n", printable(entry.at("stage").as_string()),
                 printable(entry.at("reason").as_string()));
    else fmt::print("stale  {}\n", printable(entry.at("stage").as_string()));
  }
  return kDone;
}

}  // namespace pipeline::cli
