#include "plan/checked_pipeline.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "pipeline/printable.h"
#include "plan/exports.h"
#include "plan/foreign_code.h"
#include "plan/graph.h"

namespace pipeline::plan {
namespace {

template <class P>
P* port_of(const std::vector<P*>& ports, const std::string& name) {
  const auto found = std::find_if(ports.begin(), ports.end(),
                                  [&](const P* port) { return port->info().name == name; });
  return found == ports.end() ? nullptr : *found;
}

std::unique_ptr<Stage> make_stage(const config::Stage& config, RecordingFactory& components,
                                  std::vector<Issue>& issues) {
  std::unique_ptr<Stage> stage(
      static_cast<Stage*>(components.make_unset(Stage::kKind, config.use).release()));
  assign_parameters(
      *stage, config.with.value(),
      Assign(
          components, [&](const auto& path) { return config.with.folder_at(path); }, issues));
  return stage;
}

/// Collects what is wrong, stage by stage, while the checks go on with what is not.
class Checker {
 public:
  Checker(config::Pipeline pipeline, Registry& registry) : registry_(registry) {
    checked_.config = std::move(pipeline);
    problems_ = std::move(checked_.config.problems);
  }

  CheckedPipeline run() {
    make_components();
    resolve_references();
    order_stages();
    preflight();
    if (!problems_.empty()) throw config::Errors(std::move(problems_));
    return std::move(checked_);
  }

 private:
  const std::vector<config::Stage>& configs() const { return checked_.config.stages; }
  CheckedStage& at(std::size_t i) { return checked_.stages[i]; }

  void complain(const config::Position& position, const config::Stage& stage,
                std::string_view text) {
    problems_.push_back({position, fmt::format("stage '{}': {}", stage.name, text)});
  }

  // Whatever a plugin's code throws becomes a complaint with the stage's and the component's name.
  template <class F>
  bool guarded(const CheckedStage& checked, F call) {
    const config::Stage& config = *checked.config;
    const ForeignCode now(ForeignCode::Doing::checking, config.name, config.use);
    try {
      call();
      return true;
    } catch (const std::bad_alloc&) {
      complain(config.use_at, config,
               fmt::format("{}: it wants more memory than there is", config.use));
    } catch (const std::exception& error) {
      complain(config.use_at, config, fmt::format("{}: {}", config.use, error.what()));
    } catch (...) {
      complain(config.use_at, config,
               fmt::format("{}: threw something that is no std::exception", config.use));
    }
    return false;
  }

  void make_components() {
    checked_.stages.reserve(configs().size());
    stages_.reserve(configs().size());
    for (const config::Stage& config : configs()) {
      stages_.emplace(config.name, checked_.stages.size());
      CheckedStage& checked = checked_.stages.emplace_back();
      checked.config = &config;
      checked.components = std::make_unique<RecordingFactory>(registry_);
      declared_.push_back(false);
      guarded(checked, [&] { make_component(checked); });
    }
    sound_.assign(checked_.stages.size(), true);
    for (std::size_t i = 0; i < sound_.size(); ++i) sound_[i] = at(i).stage != nullptr;
  }

  void make_component(CheckedStage& checked) {
    const config::Stage& config = *checked.config;
    if (config.use.empty()) return;
    if (!registry_.provider(Stage::kKind, config.use))
      return complain(config.use_at, config,
                      fmt::format("there is no component '{}'{}{}", config.use,
                                  suggestion(config.use, registry_.ids(Stage::kKind)),
                                  registry_.broken_note()));
    std::vector<Issue> issues;
    std::unique_ptr<Stage> stage = make_stage(config, *checked.components, issues);
    for (const Issue& issue : issues) complain(issue, config);
    stage->declare(checked.declaration);
    declared_.back() = true;
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
    problems_.push_back(
        {config.at,
         fmt::format("stage '{}': a file that it exports would have a name of {} bytes, "
                     "and {} is the most that file systems take; shorten {}",
                     shortened(config.name, 60), bytes, kLongestFileName,
                     config.axes.empty() ? "the stage's name" : "the foreach's names or values")});
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
    complain(whole          ? config.use_at
             : issue.at_key ? config.with.key_position(issue.path)
                            : config.with.position_at(issue.path),
             config, prefix + issue.message);
  }

  void resolve_references() {
    for (std::size_t i = 0; i < checked_.stages.size(); ++i) {
      if (!declared_[i]) continue;
      const auto& inputs = at(i).declaration.inputs();
      for (const auto& [name, reference] : at(i).config->inputs)
        if (!port_of(inputs, name)) {
          complain(reference.name_at, *at(i).config,
                   fmt::format("{} has no input '{}'{}", at(i).config->use, name,
                               suggestion(name, names_of(inputs))));
          sound_[i] = false;
        }
      for (InputPort* input : inputs) resolve(i, *input);
    }
  }

  template <class P>
  static std::vector<std::string> names_of(const std::vector<P*>& ports) {
    std::vector<std::string> names;
    for (const P* port : ports) names.push_back(port->info().name);
    return names;
  }

  void resolve(std::size_t i, InputPort& input) {
    const config::Stage& config = *at(i).config;
    const auto given = config.inputs.find(input.info().name);
    if (given == config.inputs.end()) {
      if (input.info().optional) return;
      sound_[i] = false;
      if (config.incomplete) return;
      return complain(config.use_at, config,
                      fmt::format("{} needs the input '{}': {}", config.use, input.info().name,
                                  input.info().help));
    }
    const config::Reference& reference = given->second;
    if (reference.stage.empty()) {
      sound_[i] = false;
      return;
    }
    const auto producer = stages_.find(reference.stage);
    if (producer == stages_.end()) {
      sound_[i] = false;
      std::vector<std::string> names;
      for (const auto& [name, index] : stages_) names.push_back(name);
      std::sort(names.begin(), names.end());
      return complain(reference.at, config,
                      fmt::format("input '{}': there is no stage '{}'{}", input.info().name,
                                  reference.stage, suggestion(reference.stage, names)));
    }
    std::string output;
    if (declared_[producer->second])
      output = find_output(at(producer->second), reference, config, input.info().name);
    if (output.empty()) sound_[i] = false;
    at(i).inputs.push_back({&input, producer->second, output});
  }

  // The output's name, or "" and a complaint.
  std::string find_output(const CheckedStage& producer, const config::Reference& reference,
                          const config::Stage& consumer, const std::string& input) {
    const auto& outputs = producer.declaration.outputs();
    if (outputs.empty()) {
      complain(reference.at, consumer,
               fmt::format("input '{}': stage '{}' ({}) has no outputs", input, reference.stage,
                           producer.config->use));
      return "";
    }
    if (reference.port.empty()) {
      if (outputs.size() == 1) return outputs[0]->info().name;
      complain(reference.at, consumer,
               fmt::format("input '{}': stage '{}' has several outputs; write one of {}.{}", input,
                           reference.stage, reference.stage,
                           fmt::join(names_of(outputs), fmt::format(", {}.", reference.stage))));
      return "";
    }
    if (port_of(outputs, reference.port)) return reference.port;
    complain(reference.at, consumer,
             fmt::format("input '{}': stage '{}' ({}) has no output '{}'{}", input, reference.stage,
                         producer.config->use, reference.port,
                         suggestion(reference.port, names_of(outputs))));
    return "";
  }

  void order_stages() {
    Edges successors(checked_.stages.size());
    for (std::size_t i = 0; i < successors.size(); ++i)
      for (const CheckedStage::Wire& wire : at(i).inputs) successors[wire.producer].push_back(i);
    const auto order = topological_order(successors);
    if (order.size() != successors.size()) return complain_of_cycles(successors);

    std::vector<std::size_t> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    std::vector<CheckedStage> sorted;
    std::vector<bool> sound;
    sorted.reserve(order.size());
    for (const std::size_t old : order) {
      sorted.push_back(std::move(at(old)));
      sound.push_back(sound_[old]);
      for (CheckedStage::Wire& wire : sorted.back().inputs) {
        wire.producer = place[wire.producer];
        auto& consumers = sorted[wire.producer].consumers;
        if (consumers.empty() || consumers.back() != sorted.size() - 1)
          consumers.push_back(sorted.size() - 1);
      }
    }
    checked_.stages = std::move(sorted);
    sound_ = std::move(sound);
    ordered_ = true;
  }

  void complain_of_cycles(const Edges& successors) {
    for (std::vector<std::size_t> cycle : cycles(successors)) {
      std::vector<std::string> names;
      for (const std::size_t stage : cycle) names.push_back(at(stage).name());
      names.push_back(names.front());
      const CheckedStage& first = at(cycle.front());
      for (const CheckedStage::Wire& wire : first.inputs)
        if (wire.producer == cycle.back()) {
          complain(first.config->inputs.at(wire.port->info().name).at, *first.config,
                   fmt::format("its input '{}' depends on itself: {}; cut one of these",
                               wire.port->info().name, fmt::join(names, " -> ")));
          break;
        }
    }
  }

  void preflight() {
    if (!ordered_) return;
    for (std::size_t i = 0; i < checked_.stages.size(); ++i) {
      for (const CheckedStage::Wire& wire : at(i).inputs)
        if (!sound_[wire.producer]) sound_[i] = false;  // said where it began
      if (sound_[i]) sound_[i] = connect(at(i)) && preflight(at(i));
    }
  }

  bool connect(CheckedStage& checked) {
    bool fits = true;
    for (const CheckedStage::Wire& wire : checked.inputs) {
      const OutputPort& output = *port_of(at(wire.producer).declaration.outputs(), wire.output);
      const config::Position& position = checked.config->inputs.at(wire.port->info().name).at;
      try {
        if (output.absent())
          throw Error(fmt::format("input '{}': stage '{}' gives no '{}' as it is wired here: {}",
                                  wire.port->info().name, at(wire.producer).name(), wire.output,
                                  output.info().help));
        wire.port->connect(output.spec());
      } catch (const Error& error) {
        complain(position, *checked.config, error.what());
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
  CheckedPipeline checked_;
  std::unordered_map<std::string, std::size_t> stages_;
  /// By stage as configured: whether its ports are known. Where they are not, no such component was
  /// found or its declaration failed, and that has been said.
  std::vector<bool> declared_;
  std::vector<bool> sound_;
  std::vector<std::unique_ptr<Stage>> broken_;  // their ports are still looked at
  std::vector<config::Diagnostic> problems_;
  std::set<std::string> long_named_;  ///< families whose stages' names are too long
  bool ordered_ = false;
};

}  // namespace

// While a parameter has not been set, a path that is made of it is relative; from here on it is an
// author's slip: whoever loads a plugin may be anywhere.
static void require_absolute(const Dependencies& dependencies) {
  for (const auto& [what, files] : dependencies.files)
    for (const Dependencies::File& file : files)
      if (file.path.is_relative())
        throw Error(
            fmt::format("declares '{}' ({}), a relative path; give an absolute one, such as "
                        "one that is made of a parameter of type Path",
                        file.path.string(), what));
}

void preflight(CheckedStage& stage) {
  stage.stage->preflight(*stage.components);
  for (OutputPort* output : stage.declaration.outputs()) output->promise();
  Declaration now;  // what it depends on may follow from what preflight found
  stage.stage->declare(now);
  Dependencies dependencies = stage.components->dependencies();
  dependencies.add(now.dependencies());
  require_absolute(dependencies);
  if (!stage.components->sealed()) stage.dependencies = std::move(dependencies);
  else if (!stage.dependencies.covers(dependencies))
    throw Error(
        "depends on a file or an environment variable that it did not depend on when its key was "
        "made; what a stage depends on may not follow from its inputs' sizes");
}

std::size_t CheckedPipeline::index_of(const std::string& stage) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < stages.size(); ++i) {
    if (stages[i].name() == stage) return i;
    names.push_back(stages[i].name());
  }
  throw Error(fmt::format("there is no stage '{}'{}", stage, suggestion(stage, names)));
}

CheckedStage made_anew(const CheckedStage& stage) {
  CheckedStage made;
  made.config = stage.config;
  made.consumers = stage.consumers;
  made.components = stage.components->sealed_copy();
  made.dependencies = stage.dependencies;
  std::vector<Issue> issues;
  made.stage = make_stage(*made.config, *made.components, issues);
  if (!issues.empty()) throw Error(issues[0].message);
  made.stage->declare(made.declaration);
  for (const CheckedStage::Wire& wire : stage.inputs) {
    InputPort* port = port_of(made.declaration.inputs(), wire.port->info().name);
    if (!port)
      throw Error(fmt::format("declare() gave the input '{}' at first and then no more",
                              wire.port->info().name));
    port->connect(wire.port->spec());
    made.inputs.push_back({port, wire.producer, wire.output});
  }
  preflight(made);
  return made;
}

CheckedPipeline check(config::Pipeline pipeline, Registry& registry) {
  return Checker(std::move(pipeline), registry).run();
}

}  // namespace pipeline::plan
