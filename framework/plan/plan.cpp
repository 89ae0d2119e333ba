#include "plan/plan.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cache/runs.h"
#include "plan/exports.h"
#include "plan/key.h"
#include "plan/programs.h"
#include "plan/stored_result.h"

namespace pipeline::plan {
namespace {

/// The digests on a stage's inputs, or nothing while a producer has yet to run.
std::optional<std::map<std::string, cache::Digest>> input_digests(
    const CheckedStage& stage, const std::vector<StagePlan>& plans) {
  std::map<std::string, cache::Digest> digests;
  for (const CheckedStage::Wire& wire : stage.inputs) {
    const StagePlan& producer = plans[wire.producer];
    if (producer.decision != Decision::cached) return std::nullopt;
    digests[wire.port->info().name] = producer.record->outputs.at(wire.output).digest;
  }
  return digests;
}

void look_up(const CheckedStage& stage, const std::vector<StagePlan>& plans, cache::Store& store,
             StagePlan& plan) {
  if (stage.dependencies.caching == Caching::never)
    plan.reasons.push_back("runs every time: " + stage.dependencies.caching_why);
  const auto inputs = input_digests(stage, plans);
  if (!inputs) return;
  Value parts = key_parts(stage, *inputs, store).value;
  plan.key = key_of(parts);
  plan.record = stored_result(stage, plan.key, store);
  plan.decision = plan.record ? Decision::cached : Decision::run;
  if (plan.record) return;  // of a hundred thousand nobody wants the parts, two kilobytes of each
  plan.parts = std::move(parts);
  if (stage.dependencies.caching != Caching::never)
    plan.damage = store.damage_of(plan.key).value_or("");
}

// From the last stage up: a result whose bytes are gone is made again where they are wanted.
void demand_files(const CheckedPipeline& pipeline, cache::Store& store,
                  std::vector<StagePlan>& plans) {
  for (std::size_t i = plans.size(); i-- > 0;) {
    if (plans[i].decision != Decision::cached) continue;
    const auto& consumers = pipeline.stages[i].consumers;
    const bool wanted = consumers.empty() || exports_any(*plans[i].record) ||
                        std::any_of(consumers.begin(), consumers.end(), [&](std::size_t consumer) {
                          return plans[consumer].decision != Decision::cached;
                        });
    if (!wanted || store.has_file(*plans[i].record)) continue;
    plans[i].parts =
        key_parts(pipeline.stages[i], *input_digests(pipeline.stages[i], plans), store).value;
    plans[i].decision = Decision::run;
    plans[i].record.reset();
    plans[i].damage = store.damage_of(plans[i].key).value_or("");
    if (plans[i].damage.empty()) plans[i].reasons.push_back("its stored file is gone");
  }
}

/// "stage.port" by input port.
std::map<std::string, std::string> wiring_of(const CheckedPipeline& pipeline,
                                             const CheckedStage& stage) {
  std::map<std::string, std::string> wiring;
  for (const CheckedStage::Wire& wire : stage.inputs)
    wiring[wire.port->info().name] =
        fmt::format("{}.{}", pipeline.stages[wire.producer].name(), wire.output);
  return wiring;
}

/// The last run of the pipeline, as far as its records can be read.
struct History {
  std::optional<cache::RunRecord> last;
  std::string problem;  ///< with the newest of those that cannot be
};

History history_of(const CheckedPipeline& pipeline, const cache::Store& store) {
  History history;
  const auto note = [&](const std::string& problem) {
    if (history.problem.empty()) history.problem = problem;
  };
  try {
    history.last = cache::last_run(store, pipeline.config.name, note);
  } catch (const Error& error) {
    note(error.what());
  }
  return history;
}

void explain(const CheckedPipeline& pipeline, const History& history, const cache::Store& store,
             std::size_t i, std::vector<StagePlan>& plans) {
  const std::optional<cache::RunRecord>& last = history.last;
  const CheckedStage& stage = pipeline.stages[i];
  StagePlan& plan = plans[i];
  if (plan.decision == Decision::cached) {
    plan.last_seconds = plan.record->seconds;
    return;
  }
  plan.missing = missing_programs(stage);
  std::optional<cache::Record> before;
  if (last && last->keys.count(stage.name())) before = store.find(last->keys.at(stage.name()));
  if (before) plan.last_seconds = before->seconds;
  if (!plan.reasons.empty()) return;
  if (!plan.damage.empty()) {
    plan.reasons.push_back(plan.damage);
  } else if (plan.decision == Decision::unknown) {
    std::vector<std::string> above;
    for (const CheckedStage::Wire& wire : stage.inputs)
      if (plans[wire.producer].decision != Decision::cached) {
        const std::string& name = pipeline.stages[wire.producer].name();
        if (std::find(above.begin(), above.end(), name) == above.end()) above.push_back(name);
      }
    plan.reasons.push_back(fmt::format("depends on what {} will give", fmt::join(above, ", ")));
  } else if (!last || !last->keys.count(stage.name())) {
    plan.reasons.push_back("it has not finished in an earlier run");
    if (!history.problem.empty())
      plan.reasons.push_back("what the last run has finished is not known: " + history.problem);
  } else if (!before) {
    plan.reasons.push_back(store.damage_of(last->keys.at(stage.name()))
                               .value_or("its earlier result has been removed from the cache"));
  } else {
    plan.reasons = differences(before->parts, plan.parts, wiring_of(pipeline, stage));
    if (plan.reasons.empty())
      plan.reasons.push_back("what is stored under its key is not a result of this component");
  }
}

void find_extension(const CheckedStage& stage, const cache::Store& store, StagePlan& plan) {
  if (plan.decision != Decision::run) return;
  const auto extendable = extendable_of(stage, plan.parts);
  if (extendable) plan.extends = extension_of(*extendable, plan.key, store);
  if (plan.extends) plan.reasons.push_back(text_of(*plan.extends));
}

}  // namespace

std::string_view name(Decision decision) {
  switch (decision) {
    case Decision::cached: return "cached";
    case Decision::run: return "run";
    default: return "unknown";
  }
}

std::vector<StagePlan> make_plan(const CheckedPipeline& pipeline, cache::Store& store) {
  std::vector<StagePlan> plans(pipeline.stages.size());
  for (std::size_t i = 0; i < plans.size(); ++i)
    look_up(pipeline.stages[i], plans, store, plans[i]);
  demand_files(pipeline, store, plans);
  const bool all_cached = std::all_of(plans.begin(), plans.end(), [](const StagePlan& plan) {
    return plan.decision == Decision::cached;
  });
  const History history = all_cached ? History() : history_of(pipeline, store);
  for (std::size_t i = 0; i < plans.size(); ++i) {
    explain(pipeline, history, store, i, plans);
    find_extension(pipeline.stages[i], store, plans[i]);
  }
  return plans;
}

}  // namespace pipeline::plan
