#include "plan/checked_pipeline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

#include "pipeline/printable.h"
#include "plan/exports.h"
#include "plan/foreign_code.h"
#include "plan/wiring.h"

namespace pipeline::plan {
namespace {

/// Collects what is wrong, stage by stage, while the checks go on with what is not.
class Checker {
 public:
  Checker(config::Pipeline pipeline, Registry& registry) : registry_(registry) {
    draft_.problems = std::move(pipeline.problems);
    draft_.checked.config = std::move(pipeline);
  }

  CheckedPipeline run() {
    make_components();
    wire(draft_);
    preflight();
    if (!draft_.problems.empty()) throw config::Errors(std::move(draft_.problems));
    return std::move(draft_.checked);
  }

 private:
  const std::vector<config::Stage>& configs() const { return draft_.checked.config.stages; }
  std::vector<CheckedStage>& stages() { return draft_.checked.stages; }
  CheckedStage& at(std::size_t i) { return draft_.checked.stages[i]; }

  // Whatever a plugin's code throws becomes a complaint with the stage's and the component's name.
  template <class F>
  bool guarded(const CheckedStage& checked, F call) {
    const config::Stage& config = *checked.config;
    const ForeignCode now(ForeignCode::Doing::checking, config.name, config.use);
    try {
      call();
      return true;
    } catch (const std::bad_alloc&) {
      draft_.complain(config.use_at, config,
                      fmt::format("{}: it wants more memory than there is", config.use));
    } catch (const std::exception& error) {
      draft_.complain(config.use_at, config, fmt::format("{}: {}", config.use, error.what()));
    } catch (...) {
      draft_.complain(config.use_at, config,
                      fmt::format("{}: threw something that is no std::exception", config.use));
    }
    return false;
  }

  void make_components() {
    stages().reserve(configs().size());
    for (const config::Stage& config : configs()) {
      CheckedStage& checked = stages().emplace_back();
      checked.config = &config;
      checked.components = std::make_unique<RecordingFactory>(registry_);
      draft_.declared.push_back(false);
      guarded(checked, [&] { make_component(checked); });
    }
    for (const CheckedStage& checked : stages()) draft_.sound.push_back(checked.stage != nullptr);
  }

  void make_component(CheckedStage& checked) {
    const config::Stage& config = *checked.config;
    if (config.use.empty()) return;
    if (!registry_.provider(Stage::kKind, config.use))
      return draft_.complain(config.use_at, config,
                             fmt::format("there is no component '{}'{}{}", config.use,
                                         suggestion(config.use, registry_.ids(Stage::kKind)),
                                         registry_.broken_note()));
    std::vector<Issue> issues;
    std::unique_ptr<Stage> stage = make_stage(config, *checked.components, issues);
    for (const Issue& issue : issues) complain(issue, config);
    stage->declare(checked.declaration);
    draft_.declared.back() = true;
    check_export_names(checked);
    // With wrong parameters nothing else about the stage can be said.
    if (issues.empty() && !config.broken) checked.stage = std::move(stage);
    else broken_.push_back(std::move(stage));
  }

  // Told once a foreach, and not when the figure of hours of work is to be written.
  void check_export_names(const CheckedStage& checked) {
    const config::Stage& config = *checked.config;
    const std::size_t bytes = longest_export_name(config.name, checked.declaration);
    if (bytes <= kLongestFileName || !long_named_.insert(config.family).second) return;
    draft_.problems.push_back(
        {config.at, fmt::format("stage '{}': a file that it exports would have a name of {} bytes, "
                                "and {} is the most that file systems take; shorten {}",
                                shortened(config.name, 60), bytes, kLongestFileName,
                                config.foreach.empty() ? "the stage's name"
                                                       : "the foreach's names or values")});
  }

  // About a value that could not be read, or about what is missing where something was left out.
  static bool follows_from_another(const Issue& issue, const config::Stage& config) {
    if (issue.path.empty() && config.incomplete) return true;
    const config::Node& node = config.with.at_path(issue.path);
    return node.broken && (node.is_map || !issue.at_key);
  }

  void complain(const Issue& issue, const config::Stage& config) {
    if (follows_from_another(issue, config)) return;
    const auto outer = issue.path.empty() ? issue.path.end() : issue.path.end() - 1;
    std::string prefix = fmt::format("{}", fmt::join(issue.path.begin(), outer, "."));
    if (!prefix.empty()) prefix += ": ";
    const bool whole = issue.path.empty();
    draft_.complain(whole          ? config.use_at
                    : issue.at_key ? config.with.key_position(issue.path)
                                   : config.with.position_at(issue.path),
                    config, prefix + issue.message);
  }

  void preflight() {
    for (std::size_t i = 0; i < stages().size(); ++i) {
      for (const CheckedStage::Wire& wire : at(i).inputs)
        if (!draft_.sound[wire.producer]) draft_.sound[i] = false;  // said where it began
      if (draft_.sound[i]) draft_.sound[i] = connect(at(i)) && preflight(at(i));
    }
  }

  bool connect(CheckedStage& checked) {
    bool fits = true;
    const config::Position* wrong = nullptr;
    for (const CheckedStage::Wire& wire : checked.inputs) {
      const OutputPort& output = *port_of(at(wire.producer).declaration.outputs(), wire.output);
      const config::Position& position = reference_of(checked, wire).at;
      if (wrong && is_same_place(*wrong, position)) continue;
      try {
        if (output.absent())
          throw Error(fmt::format("input '{}': stage '{}' gives no '{}' as it is wired here: {}",
                                  wire.port->info().name, at(wire.producer).name(), wire.output,
                                  output.info().help));
        wire.port->connect(output.spec());
      } catch (const Error& error) {
        const bool item = wire.port->info().name != wire.input;
        draft_.complain(
            position, *checked.config,
            item ? fmt::format("{} ({}.{})", error.what(), at(wire.producer).name(), wire.output)
                 : error.what());
        wrong = &position;
        fits = false;
      }
    }
    return fits;
  }

  bool preflight(CheckedStage& checked) {
    return guarded(checked, [&] {
      plan::preflight(checked);
      checked.components->seal();
    });
  }

  Registry& registry_;
  Draft draft_;
  std::vector<std::unique_ptr<Stage>> broken_;  // their ports are still looked at
  std::set<std::string> long_named_;            ///< families whose stages' names are too long
};

}  // namespace

std::size_t CheckedPipeline::index_of(const std::string& stage) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (stages[i].name() == stage) return i;
    names.push_back(stages[i].name());
  }
  throw Error(fmt::format("there is no stage '{}'{}", stage, suggestion(stage, names)));
}

CheckedPipeline check(config::Pipeline pipeline, Registry& registry) {
  return Checker(std::move(pipeline), registry).run();
}

}  // namespace pipeline::plan
