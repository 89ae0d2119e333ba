#include "config/foreach.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

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
    for (const Node& item : list.list) axis.values.push_back({label_of(item), item});
  } else {
    for (const Node::Entry& named : given.entries) axis.values.push_back({named.key, named.value});
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

std::string member_name(const Family& family, const std::vector<std::size_t>& values) {
  std::string name = family.raw->key;
  for (std::size_t i = 0; i < values.size(); ++i)
    name += fmt::format("@{}={}", family.axes[i].name, family.axes[i].values[values[i]].label);
  return name;
}

void add_members(Family& family, Problems& problems) {
  std::vector<std::size_t> values(family.axes.size(), 0);
  for (;;) {
    family.members.push_back({member_name(family, values), values});
    problems.charge(family.raw->key_at, units_of_text(family.members.back().name.size()));
    std::size_t axis = values.size();
    while (axis > 0 && ++values[axis - 1] == family.axes[axis - 1].values.size())
      values[--axis] = 0;
    if (axis == 0) return;
  }
}

std::vector<std::string> labels_of(const Axis& axis) {
  std::vector<std::string> labels;
  for (const Axis::Value& value : axis.values) labels.push_back(value.label);
  return labels;
}

}  // namespace

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

StageNames::StageNames(const std::vector<Family>& families, bool misses_names)
    : misses_names_(misses_names) {
  families_.reserve(families.size());
  members_.reserve(families.size());
  for (const Family& family : families) {
    families_[family.raw->key] = &family;
    for (const Family::Member& member : family.members) members_[member.name] = &family;
  }
}

std::vector<std::string> StageNames::all() const {
  std::vector<std::string> names;
  for (const auto& [name, family] : families_) names.push_back(name);
  for (const auto& [name, family] : members_)
    if (!families_.count(name)) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<std::string> StageNames::members() const {
  std::vector<std::string> names;
  for (const auto& [name, family] : members_) names.push_back(name);
  std::sort(names.begin(), names.end());
  return names;
}

bool StageNames::may_miss(const std::string& family) const {
  const auto found = families_.find(family);
  return misses_names_ || (found != families_.end() && found->second->wrong);
}

Reference StageNames::resolve(const std::string& text, const Family& reader,
                              const Family::Member& member) const {
  if (text.find('@') != std::string::npos) return of_member(text);
  const std::size_t dot = text.find('.');
  Reference reference{
      text.substr(0, dot), dot == std::string::npos ? "" : text.substr(dot + 1), {}};
  if (!is_name(reference.stage) || (dot != std::string::npos && !is_name(reference.port)))
    throw Error(fmt::format("expected stage or stage.port, got '{}'", text));
  const auto family = families_.find(reference.stage);
  if (family == families_.end()) return reference;
  if (family->second->wrong) return {};
  if (family->second->axes.empty()) return reference;
  if (misses_names_ || reader.wrong) return {};  // it may have these axes, too
  reference.stage = matching(*family->second, reader, member);
  return reference;
}

std::string StageNames::matching(const Family& family, const Family& reader,
                                 const Family::Member& member) const {
  std::vector<std::size_t> values;
  for (const Axis& axis : family.axes) {
    std::size_t own = 0;
    while (own < reader.axes.size() && reader.axes[own].name != axis.name) ++own;
    if (own == reader.axes.size())
      throw Error(
          fmt::format("stage '{0}' runs once for each '{1}'; name one, like {2}, or give "
                      "'{3}' a foreach with '{1}'",
                      family.raw->key, axis.name, family.members[0].name, reader.raw->key));
    const std::string& label = reader.axes[own].values[member.values[own]].label;
    const auto found = axis.by_label.find(label);
    if (found == axis.by_label.end())
      throw Error(fmt::format("stage '{}' has no {}={}; it has {}", family.raw->key, axis.name,
                              label, fmt::join(labels_of(axis), ", ")));
    values.push_back(found->second);
  }
  return member_name(family, values);
}

// A value may hold a '.', so the names that exist decide where the port begins.
Reference StageNames::of_member(const std::string& text) const {
  if (members_.count(text)) return {text, "", {}};
  const std::size_t dot = text.rfind('.');
  if (dot != std::string::npos && members_.count(text.substr(0, dot)) &&
      is_name(std::string_view(text).substr(dot + 1)))
    return {text.substr(0, dot), text.substr(dot + 1), {}};
  const std::string name = text.substr(0, text.find('@'));
  if (may_miss(name)) return {};
  const auto family = families_.find(name);
  std::vector<std::string> near;
  if (family != families_.end())
    for (const Family::Member& member : family->second->members) near.push_back(member.name);
  else near = all();
  throw Error(fmt::format("there is no stage '{}'{}", text, near_names(text, near)));
}

}  // namespace pipeline::config
