#include "config/stages.h"

#include <fmt/format.h>

#include <optional>

#include "config/stage_names.h"
#include "pipeline/error.h"

namespace pipeline::config {
namespace {

constexpr int kMostWrongMembers = 10;

/// Makes one stage of one member of a family.
class StageMaker {
 public:
  StageMaker(const Family& family, const Family::Member& member, const StageNames& names,
             Overrides& overrides, Problems& problems)
      : family_(family),
        member_(member),
        names_(names),
        overrides_(overrides),
        problems_(problems) {}

  Stage make(Scope& scope) {
    const int failures = scope.failures(), additions = problems_.additions();
    Stage stage;
    stage.name = member_.name;
    stage.family = family_.raw->key;
    stage.at = family_.raw->key_at;
    for (std::size_t i = 0; i < family_.axes.size(); ++i) {
      const Axis::Value& value = value_on(i);
      stage.foreach.emplace_back(family_.axes[i].name,
                                 value.named ? Value(value.label) : value.node.scalar);
    }
    set_use(stage, scope);
    if (std::optional<Node> inputs = take("in")) set_inputs(stage, std::move(*inputs), scope);
    set_parameters(stage, scope);
    if (std::optional<Node> threads = take("threads"))
      set_threads(stage, scope.resolve(std::move(*threads)));
    stage.incomplete = stage.incomplete || family_.raw->value.broken;
    stage.broken = stage.incomplete || family_.wrong || scope.failures() > failures ||
                   problems_.additions() > additions;
    return stage;
  }

  /// The foreach's names with this member's values.
  std::vector<Node::Entry> shadows() const {
    if (family_.wrong) return family_.unknown;
    std::vector<Node::Entry> entries;
    for (std::size_t i = 0; i < family_.axes.size(); ++i)
      entries.push_back({family_.axes[i].name, family_.axes[i].at, value_on(i).node});
    return entries;
  }

 private:
  const Axis::Value& value_on(std::size_t axis) const {
    return family_.axes[axis].values[member_.values[axis]];
  }

  // A part of the stage as it is written; the only member of a family need not copy it.
  std::optional<Node> take(std::string_view key) {
    for (Node::Entry& part : family_.raw->value.entries)
      if (part.key == key) return family_.axes.empty() ? std::move(part.value) : part.value;
    return std::nullopt;
  }

  void complain(const Position& at, std::string_view message) {
    problems_.add(at, fmt::format("stage '{}': {}", family_.raw->key, message));
  }

  void set_use(Stage& stage, Scope& scope) {
    std::optional<Node> given = take("use");
    if (!given && family_.raw->value.broken) return;
    if (!given)
      return complain(family_.raw->key_at,
                      "'use: component' is missing; it names what the stage does");
    const int before = scope.failures();
    const Node use = scope.resolve(std::move(*given));
    stage.use_at = use.at;
    if (scope.failures() > before) return;
    if (use.scalar.is_string()) stage.use = use.scalar.as_string();
    if (stage.use.empty())
      complain(use.at, fmt::format("'use' must be the name of a component, got {}", describe(use)));
  }

  void set_inputs(Stage& stage, Node inputs, Scope& scope) {
    stage.incomplete = inputs.broken;
    for (Node::Entry& entry : inputs.entries) {
      const int before = scope.failures();
      // The place in `in` says more than that of a var inside the reference.
      const Position at = entry.value.at;
      const Node value = scope.resolve(std::move(entry.value));
      const bool resolved = scope.failures() == before;
      if (resolved && !value.is_list && !value.is_map && value.scalar.is_null()) continue;
      Input input;
      if (resolved) input = read_input(entry.key, value, at);
      else input.references = {Reference{"", "", at}};
      input.at = at;
      input.name_at = std::move(entry.key_at);
      stage.inputs.insert_or_assign(std::move(entry.key), std::move(input));
    }
  }

  Input read_input(const std::string& name, const Node& value, const Position& at) {
    Input input;
    if (value.is_list) {
      input.is_list = true;
      Node list = value;
      list.unpack();
      for (const Node& item : list.list) add_references(name, item, item.at, input);
    } else {
      add_references(name, value, at, input);
    }
    return input;
  }

  // One without a stage, and a problem, where it makes no sense.
  void add_references(const std::string& name, const Node& value, const Position& at,
                      Input& input) {
    std::vector<Reference> references = {Reference{}};
    if (!value.scalar.is_string() || value.is_list || value.is_map) {
      complain(value.at, fmt::format("input '{}': expected stage, stage.port or a list of these, "
                                     "got {}",
                                     name, describe(value)));
    } else {
      const std::string& text = value.scalar.as_string();
      const bool several = StageNames::names_several(text);
      input.is_list = input.is_list || several;
      try {
        references = several ? names_.resolve_several(text, family_, member_)
                             : std::vector<Reference>{names_.resolve(text, family_, member_)};
      } catch (const Error& error) {
        complain(at, fmt::format("input '{}': {}", name, error.what()));
      }
    }
    for (Reference& reference : references) {
      // A short text may name many, and each reader with a foreach may name them again.
      if (references.size() > 1) problems_.charge(at, units_of_text(reference.stage.size()));
      reference.at = at;
      input.references.push_back(std::move(reference));
    }
  }

  void set_parameters(Stage& stage, Scope& scope) {
    stage.with.at = stage.use_at.source ? stage.use_at : stage.at;
    stage.with.is_map = true;
    if (std::optional<Node> given = take("with")) {
      const int before = scope.failures();
      Node with = scope.resolve(std::move(*given));
      if (!with.is_map && scope.failures() == before)
        complain(with.at,
                 fmt::format("'with' must be a map of parameters, got {}", describe(with)));
      if (with.is_map) stage.with = std::move(with);
      else stage.with.broken = true;
    }
    for (const Override* override : overrides_.of_stage(stage.name, stage.family))
      set_path(stage.with, *override, 1, scope.resolve(override->value), problems_);
  }

  void set_threads(Stage& stage, const Node& threads) {
    if (threads.broken) return;
    const Value& value = threads.scalar;
    if (!value.is_int() || value.as_int() < 0 || value.as_int() > kMostThreads)
      return complain(
          threads.at,
          fmt::format("'threads' must be an integer from 0 (no number of its own) to {}, got {}",
                      kMostThreads, describe(threads)));
    stage.threads = int(value.as_int());
  }

  const Family& family_;
  const Family::Member& member_;
  const StageNames& names_;
  Overrides& overrides_;
  Problems& problems_;
};

Stage unlooked_at(const Family::Member& member, const Family& family) {
  Stage stage;
  stage.name = member.name;
  stage.family = family.raw->key;
  stage.at = family.raw->key_at;
  stage.broken = stage.incomplete = true;
  return stage;
}

}  // namespace

std::vector<Stage> resolve_stages(Program& program, Scope& scope, Overrides& overrides,
                                  Problems& problems) {
  const std::vector<Family> families = expand(program, scope, problems);
  const StageNames names(families, program.missing.stages);
  overrides.name_stages(names, problems);
  std::vector<Stage> stages;
  std::size_t members = 0;
  for (const Family& family : families) members += family.members.size();
  stages.reserve(members);
  for (const Family& family : families) {
    int wrong = 0;
    for (const Family::Member& member : family.members) {
      const int before = problems.additions();
      // The members of a family are alike, and so are their mistakes.
      if (wrong == kMostWrongMembers) {
        stages.push_back(unlooked_at(member, family));
        continue;
      }
      StageMaker maker(family, member, names, overrides, problems);
      if (family.axes.empty() && !family.wrong) {
        stages.push_back(maker.make(scope));
      } else {
        const std::vector<Node::Entry> shadows = maker.shadows();
        Scope inner(scope, shadows, family.wrong && family.misses_names);
        stages.push_back(maker.make(inner));
      }
      if (problems.additions() > before) ++wrong;
    }
    family.raw->value = Node();  // its memory serves the next stages
  }
  std::vector<std::string> plain_names;
  for (const auto& [group, choice] : program.groups) plain_names.push_back(group);
  for (const Node::Entry& var : program.vars) plain_names.push_back(var.key);
  overrides.complain_of_unused(plain_names, names, program.missing, problems);
  return stages;
}

}  // namespace pipeline::config
