#include "config/overrides.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "config/source.h"
#include "config/stage_names.h"
#include "config/yaml.h"
#include "pipeline/error.h"
#include "pipeline/utf8.h"

namespace pipeline::config {
namespace {

std::vector<std::string> split(std::string_view key) {
  std::vector<std::string> parts;
  for (std::size_t dot; (dot = key.find('.')) != std::string_view::npos;) {
    parts.emplace_back(key.substr(0, dot));
    key.remove_prefix(dot + 1);
  }
  parts.emplace_back(key);
  return parts;
}

bool is_known(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

Position Override::at(std::size_t step) const {
  std::size_t column = 1;
  for (std::size_t i = 0; i < step; ++i) column += count_characters(path[i]) + 1;
  return {source, 1, int(column)};
}

std::string Override::key() const { return fmt::format("{}", fmt::join(path, ".")); }

Overrides::Overrides(const std::vector<std::string>& arguments, Problems& problems) {
  for (const std::string& argument : arguments) {
    const auto source = argument_source(argument);
    const std::size_t equals = argument.find('=');
    if (equals == 0 || equals == std::string::npos) {
      problems.add({source, 1, 1}, fmt::format("expected key=value, got '{}'", argument));
    } else if (argument.substr(0, equals).find('@') != std::string::npos) {
      with_axes_.push_back(source);
    } else {
      read(source, equals, split(std::string_view(argument).substr(0, equals)), problems);
    }
  }
}

void Overrides::read(const std::shared_ptr<const Source>& source, std::size_t equals,
                     std::vector<std::string> path, Problems& problems) {
  if (is_known(path, ""))
    return problems.add({source, 1, 1}, "expected names with a '.' between them before the '='");
  if (path.size() > std::size_t(kDeepest))
    return problems.add({source, 1, 1}, "the key is deeper than 100 levels");
  std::optional<Node> value = parse_yaml(source, problems, equals + 1);
  if (value) list_.push_back({source, std::move(path), std::move(*value), false});
}

const Node* Overrides::take(const std::string& name) {
  const Node* value = nullptr;
  for (Override& given : list_)
    if (given.path.size() == 1 && given.path[0] == name) {
      given.used = true;
      value = &given.value;
    }
  return value;
}

void Overrides::name_stages(const StageNames& stages, Problems& problems) {
  if (with_axes_.empty()) return;
  const std::vector<std::string> names = stages.members();
  for (const auto& source : with_axes_) {
    const std::string& text = source->text;
    std::string stage;
    for (const std::string& name : names)
      if (name.size() > stage.size() && text.rfind(name + ".", 0) == 0) stage = name;
    if (stage.empty()) {
      const std::string family = text.substr(0, text.find('@'));
      if (stages.may_miss(family)) continue;
      std::vector<std::string> near;
      for (const std::string& name : names)
        if (name.rfind(family + "@", 0) == 0) near.push_back(name);
      problems.add({source, 1, 1},
                   fmt::format("this names no stage{}",
                               near.empty() ? near_names(family, names)
                                            : fmt::format("; those of '{}' are: {}", family,
                                                          fmt::join(near, " "))));
      continue;
    }
    const std::size_t equals = text.find('=', stage.size());
    if (equals == std::string::npos) {
      problems.add({source, 1, 1}, fmt::format("expected {}.param=value", stage));
      continue;
    }
    const std::size_t begin = stage.size() + 1;
    std::vector<std::string> path = split(std::string_view(text).substr(begin, equals - begin));
    path.insert(path.begin(), stage);
    read(source, equals, std::move(path), problems);
  }
  with_axes_.clear();
}

std::vector<const Override*> Overrides::of_stage(const std::string& name,
                                                 const std::string& family) {
  std::vector<const Override*> found;
  for (Override& given : list_)
    if (given.path.size() > 1 && (given.path[0] == name || given.path[0] == family)) {
      given.used = true;
      found.push_back(&given);
    }
  return found;
}

void Overrides::complain_of_unused(const std::vector<std::string>& plain_names,
                                   const StageNames& names, const Missing& missing,
                                   Problems& problems) const {
  std::vector<std::string> stages;
  for (const Override& given : list_) {
    if (given.used) continue;
    if (stages.empty()) stages = names.all();
    const std::string& first = given.path[0];
    // A stage that was not made: something else is wrong with it.
    if (given.path.size() > 1 && is_known(stages, first)) continue;
    std::string message;
    if (given.path.size() > 1 && is_known(plain_names, first)) {
      message = fmt::format(
          "'{0}' is a var or group, which has no parts here; give it as a whole, "
          "{0}=value",
          first);
    } else if (given.path.size() == 1 && is_known(stages, first)) {
      message = fmt::format("'{0}' is a stage; name one of its parameters, {0}.param=value", first);
    } else if (missing.stages || (missing.vars && given.path.size() == 1)) {
      continue;
    } else if (given.path.size() > 1) {
      message = fmt::format("there is no stage '{}'{}", first, near_names(first, stages));
    } else {
      std::vector<std::string> known = plain_names;
      known.insert(known.end(), stages.begin(), stages.end());
      message =
          fmt::format("there is no var, group or stage '{}'{}", first, near_names(first, known));
    }
    problems.add(given.at(), message);
  }
}

namespace {

// The item that a step of the key names, or null and a problem.
Node* item(Node& list, const Override& given, std::size_t i, const std::string& where,
           Problems& problems) {
  const std::string& step = given.path[i];
  list.unpack();
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  const bool whole = error == std::errc() && end == step.data() + step.size();
  if (whole && index < list.list.size()) return &list.list[index];
  problems.add(given.at(i),
               list.list.empty()
                   ? fmt::format("{} is an empty list; set it as a whole", where)
                   : fmt::format("{} is a list; expected an index from 0 to {}, got '{}'", where,
                                 list.list.size() - 1, step));
  return nullptr;
}

// The value of the key that a step names, made where there is none.
Node* member(Node& map, const Override& given, std::size_t i) {
  for (Node::Entry& entry : map.entries)
    if (entry.key == given.path[i]) {
      if (i + 1 == given.path.size()) entry.key_at = given.at(i);
      return &entry.value;
    }
  Node fresh;
  fresh.at = given.at(i);
  fresh.written_in = given.source;
  map.entries.push_back({given.path[i], given.at(i), std::move(fresh)});
  return &map.entries.back().value;
}

}  // namespace

void set_path(Node& node, const Override& given, std::size_t first_step, Node value,
              Problems& problems) {
  Node* at = &node;
  std::string where = given.path[0];
  for (std::size_t i = first_step; i < given.path.size(); ++i) {
    const std::string& step = given.path[i];
    const bool is_scalar = !at->is_list && !at->is_map;
    if (is_scalar && !at->scalar.is_null() && at->scalar != Value(step))
      return problems.add(given.at(i), fmt::format("{} is {}, so there is no '{}' in it", where,
                                                   at->scalar.describe(), step));
    if (is_scalar) {
      at->scalar = {};
      at->is_map = true;
    }
    at = at->is_list ? item(*at, given, i, where, problems) : member(*at, given, i);
    if (!at) return;
    where += "." + step;
  }
  if (depth_of(value) + int(given.path.size()) > kDeepest)
    return problems.add(given.at(), "the value is nested deeper than 100 levels");
  *at = std::move(value);
}

}  // namespace pipeline::config
