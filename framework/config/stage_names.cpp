#include "config/stage_names.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "config/document.h"
#include "pipeline/error.h"

namespace pipeline::config {
namespace {

std::vector<std::string> labels_of(const Axis& axis) {
  std::vector<std::string> labels;
  for (const Axis::Value& value : axis.values) labels.push_back(value.label);
  return labels;
}

std::size_t place_of(const Family& family, const Axis& axis, const std::string& label) {
  const auto found = axis.by_label.find(label);
  if (found == axis.by_label.end())
    throw Error(fmt::format("stage '{}' has no {}={}; it has {}", family.raw->key, axis.name, label,
                            fmt::join(labels_of(axis), ", ")));
  return found->second;
}

/// The place on one of the family's axes of the value that the reader has there itself.
std::size_t place_of_reader(const Family& family, const Axis& axis, const Family& reader,
                            const Family::Member& member) {
  for (std::size_t own = 0; own < reader.axes.size(); ++own)
    if (reader.axes[own].name == axis.name)
      return place_of(family, axis, reader.axes[own].values[member.values[own]].label);
  throw Error(
      fmt::format("stage '{0}' runs once for each '{1}'; name one, like {2}, or all, like "
                  "{0}@*, or give '{3}' a foreach with '{1}'",
                  family.raw->key, axis.name, family.members[0].name, reader.raw->key));
}

/// The places on an axis that a reference takes; empty where it says nothing of the axis.
using Places = std::vector<std::size_t>;

Places all_of(const Axis& axis) {
  Places places(axis.values.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  return places;
}

/// Of `fit@latent=2@seed=*.loss`, which places on each of the family's axes, and the port.
class Selection {
 public:
  Selection(const std::string& text, const Family& family)
      : text_(text), family_(family), places_(family.axes.size()) {
    for (std::size_t begin = text.find('@'); begin != std::string::npos;) {
      const std::size_t end = text.find('@', begin + 1);
      add(text.substr(begin + 1, end == std::string::npos ? end : end - begin - 1),
          end == std::string::npos);
      begin = end;
    }
  }
  const std::vector<Places>& places() const { return places_; }
  bool takes_all() const { return takes_all_; }
  const std::string& port() const { return port_; }

 private:
  // `*`, `axis=*` or `axis=value`, the last one with a port behind it.
  void add(std::string step, bool last) {
    if (step[0] == '*') {
      takes_all_ = true;
      return set_port(step.substr(1), last);
    }
    const std::size_t equals = step.find('=');
    std::size_t axis = 0;
    while (axis < family_.axes.size() && family_.axes[axis].name != step.substr(0, equals)) ++axis;
    if (equals == std::string::npos || axis == family_.axes.size()) complain_of_axis(step, equals);
    if (!places_[axis].empty())
      throw Error(fmt::format("'{}' says twice which {}", text_, family_.axes[axis].name));
    const std::string value = step.substr(equals + 1);
    if (value[0] == '*') {
      places_[axis] = all_of(family_.axes[axis]);
      return set_port(value.substr(1), last);
    }
    // A value may hold a '.', so those that exist decide where the port begins.
    const std::size_t dot = last ? value.rfind('.') : std::string::npos;
    const bool whole = dot == std::string::npos || family_.axes[axis].by_label.count(value);
    places_[axis] = {place_of(family_, family_.axes[axis], whole ? value : value.substr(0, dot))};
    set_port(whole ? "" : value.substr(dot), last);
  }

  void set_port(const std::string& rest, bool last) {
    if (rest.empty()) return;
    if (!last || rest[0] != '.' || !is_name(std::string_view(rest).substr(1)))
      throw Error(fmt::format("expected {0}@*.port or {0}@{1}=*.port, got '{2}'", family_.raw->key,
                              family_.axes[0].name, text_));
    port_ = rest.substr(1);
  }

  [[noreturn]] void complain_of_axis(const std::string& step, std::size_t equals) const {
    std::vector<std::string> names;
    for (const Axis& axis : family_.axes) names.push_back(axis.name);
    throw Error(fmt::format("the foreach of stage '{}' has no '{}'; it has {}", family_.raw->key,
                            step.substr(0, equals), fmt::join(names, ", ")));
  }

  const std::string& text_;
  const Family& family_;
  std::vector<Places> places_;
  bool takes_all_ = false;
  std::string port_;
};

}  // namespace

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
  std::vector<std::size_t> places;
  for (const Axis& axis : family->second->axes)
    places.push_back(place_of_reader(*family->second, axis, reader, member));
  reference.stage = family->second->name_of(places);
  return reference;
}

bool StageNames::names_several(const std::string& text) {
  return text.find("@*") != std::string::npos || text.find("=*") != std::string::npos;
}

std::vector<Reference> StageNames::resolve_several(const std::string& text, const Family& reader,
                                                   const Family::Member& member) const {
  const std::string name = text.substr(0, text.find('@'));
  const auto found = families_.find(name);
  if (found == families_.end() || found->second->wrong) {
    if (may_miss(name)) return {Reference{}};
    complain_of_name(name, name);
  }
  const Family& family = *found->second;
  if (family.axes.empty())
    throw Error(
        fmt::format("stage '{0}' has no foreach, and is one stage; write {0}, or {0}.port", name));
  const Selection selection(text, family);
  std::vector<Places> axes = selection.places();
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (!axes[i].empty()) continue;
    if (selection.takes_all()) axes[i] = all_of(family.axes[i]);
    else if (misses_names_ || reader.wrong) return {Reference{}};
    else axes[i] = {place_of_reader(family, family.axes[i], reader, member)};
  }
  std::vector<Reference> references;
  std::vector<std::size_t> at(axes.size(), 0);
  for (std::size_t axis = 1; axis > 0;) {
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < axes.size(); ++i) places.push_back(axes[i][at[i]]);
    references.push_back({family.name_of(places), selection.port(), {}});
    axis = axes.size();
    while (axis > 0 && ++at[axis - 1] == axes[axis - 1].size()) at[--axis] = 0;
  }
  return references;
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
  complain_of_name(text, name);
}

void StageNames::complain_of_name(const std::string& text, const std::string& family) const {
  const auto found = families_.find(family);
  std::vector<std::string> near;
  if (found != families_.end())
    for (const Family::Member& member : found->second->members) near.push_back(member.name);
  else near = all();
  throw Error(fmt::format("there is no stage '{}'{}", text, near_names(text, near)));
}

}  // namespace pipeline::config
