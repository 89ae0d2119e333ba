#include "config/foreach.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/document.h"
#include "config/scalar.h"
#include "pipeline/error.h"

namespace pipeline::config {
namespace {

// More only where one list has as many values: a few short ones may not make a million stages.
constexpr std::size_t kMostMembers = 10'000;

bool is_label(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_name(std::string_view(&c, 1)) || c == '.' || c == '+';
  });
}

std::string label_of(const Node& node) {
  return node.is_list || node.is_map ? "" : scalar_text(node.scalar);
}

// False and a problem where the values cannot name stages.
bool read_values(const Node::Entry& entry, Axis& axis, Problems& problems) {
  const Node& given = entry.value;
  if (given.is_list) {
    Node list = given;
    list.unpack();
    for (const Node& item : list.list) axis.values.push_back({label_of(item), item, false});
  } else {
    for (const Node::Entry& named : given.entries)
      axis.values.push_back({named.key, named.value, true});
  }
  if (axis.values.empty()) {
    problems.add(
        given.at,
        fmt::format("foreach '{}' must be a list of values, or a map from names to values, "
                    "with at least one, got {}",
                    axis.name, describe(given)));
    return false;
  }
  bool right = true;
  for (std::size_t i = 0; i < axis.values.size(); ++i) {
    const Axis::Value& value = axis.values[i];
    if (!is_label(value.label)) {
      problems.add(value.node.at,
                   fmt::format("foreach '{}': {} cannot be part of a stage's name; give it one: "
                               "{}: {{some-name: …}}",
                               axis.name, describe(value.node), axis.name));
      right = false;
    } else if (!axis.by_label.emplace(value.label, i).second) {
      problems.add(value.node.at, fmt::format("foreach '{}': the value '{}' is given twice",
                                              axis.name, value.label));
      right = false;
    }
  }
  return right;
}

// False and a problem where the axes make too many stages.
bool check_count(const Family& family, Problems& problems) {
  std::size_t most = kMostMembers, members = 1;
  for (const Axis& axis : family.axes) most = std::max(most, axis.values.size());
  for (const Axis& axis : family.axes) {
    members *= std::max<std::size_t>(1, axis.values.size());
    if (members <= most) continue;
    problems.add(axis.at,
                 fmt::format("foreach makes more than {} stages of '{}'", most, family.raw->key));
    return false;
  }
  return true;
}

// False and a problem where the foreach is wrong.
bool read_axes(const Node& foreach, Scope& scope, Family& family, Problems& problems) {
  const int before = scope.failures();
  const Node resolved = scope.resolve(foreach);
  family.misses_names = !resolved.is_map;
  for (const Node::Entry& entry : resolved.entries) {
    Node value;
    value.at = entry.value.at;
    value.broken = true;
    family.unknown.push_back({entry.key, entry.key_at, std::move(value)});
  }
  if (scope.failures() > before) return false;
  if (!resolved.is_map || resolved.entries.empty()) {
    problems.add(resolved.at,
                 fmt::format("stage '{}': 'foreach' must be a map from names to lists of values, "
                             "got {}",
                             family.raw->key, describe(resolved)));
    return false;
  }
  bool right = true;
  for (const Node::Entry& entry : resolved.entries) {
    if (!is_var_name(entry.key)) {
      problems.add(entry.key_at, fmt::format("a name in foreach begins with a letter or _ and has "
                                             "letters, digits, _ and - only, got '{}'",
                                             entry.key));
      right = false;
      continue;
    }
    Axis axis{entry.key, entry.key_at, {}, {}};
    right = read_values(entry, axis, problems) && right;
    family.axes.push_back(std::move(axis));
  }
  return check_count(family, problems) && right;
}

void add_members(Family& family, Problems& problems) {
  std::vector<std::size_t> values(family.axes.size(), 0);
  for (;;) {
    family.members.push_back({family.name_of(values), values});
    problems.charge(family.raw->key_at, units_of_text(family.members.back().name.size()));
    std::size_t axis = values.size();
    while (axis > 0 && ++values[axis - 1] == family.axes[axis - 1].values.size())
      values[--axis] = 0;
    if (axis == 0) return;
  }
}

}  // namespace

std::string Family::name_of(const std::vector<std::size_t>& places) const {
  std::string name = raw->key;
  for (std::size_t i = 0; i < places.size(); ++i)
    name += fmt::format("@{}={}", axes[i].name, axes[i].values[places[i]].label);
  return name;
}

std::vector<Family> expand(Program& program, Scope& scope, Problems& problems) {
  std::vector<Family> families;
  families.reserve(program.stages.size());
  for (Node::Entry& stage : program.stages) {
    Family& family = families.emplace_back();
    family.raw = &stage;
    const Node* foreach = find(stage.value, "foreach");
    family.wrong = foreach && !read_axes(*foreach, scope, family, problems);
    if (family.wrong) family.axes.clear();
    add_members(family, problems);
  }
  return families;
}

}  // namespace pipeline::config
