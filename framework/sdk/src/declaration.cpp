#include "pipeline/declaration.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace pipeline {
namespace {

std::string bounds(const ParamBase::Info& info) {
  std::string text;
  if (info.min) text = fmt::format("{} {}", info.min_open ? "above" : "at least", *info.min);
  if (info.max)
    text += fmt::format("{}{} {}", text.empty() ? "" : " and ", info.max_open ? "below" : "at most",
                        *info.max);
  return text;
}

bool within_bounds(const ParamBase::Info& info, double x) {
  const bool low = info.min && (info.min_open ? !(x > *info.min) : !(x >= *info.min));
  const bool high = info.max && (info.max_open ? !(x < *info.max) : !(x <= *info.max));
  return !low && !high;
}

/// A bound that the number keeps may itself be rounded (at most 0.1), and is kept then.
bool float_within(const ParamBase::Info& info, float x) {
  const bool low = info.min && (info.min_open ? !(x > float(*info.min)) : x < float(*info.min));
  const bool high = info.max && (info.max_open ? !(x < float(*info.max)) : x > float(*info.max));
  return !low && !high;
}

/// Numbers below the least normal one lose their digits.
bool float_holds(const ParamBase::Info& info, double x) {
  const double size = std::abs(x);
  return (x == 0 || size >= std::numeric_limits<float>::min()) &&
         size <= std::numeric_limits<float>::max() && float_within(info, float(x));
}

std::string float_needs(const ParamBase::Info& info) {
  const std::string within = bounds(info);
  return fmt::format("{}{}a number that single precision holds (0, or 1.2e-38 to 3.4e38 in size)",
                     within, within.empty() ? "" : " and ");
}

std::string plain(const Value& number) {
  return number.is_int() ? std::to_string(number.as_int()) : fmt::format("{}", number.as_real());
}

bool takes_null(const Value& schema) {
  if (!schema.has("anyOf")) return schema.get("type") == Value("null");
  const auto& either = schema.at("anyOf").as_list();
  return std::any_of(either.begin(), either.end(), takes_null);
}

template <class List>
void require_new(std::string_view what, std::string_view name, const List& declared) {
  for (const auto& one : declared)
    if (one->info().name == name)
      throw Error(fmt::format("{} '{}' is declared twice; give one another name", what, name));
}

}  // namespace

void ParamBase::assign(const Value& value, const Assign& at) {
  if (value.is_null() && is_null()) return;
  const std::size_t before = at.issues().size();
  set(value, at);
  Places wrong;
  for (std::size_t i = before; i < at.issues().size(); ++i) wrong.insert(at.issues()[i].path);
  check(value, at, wrong);
}

// On what the user wrote, not on the member, so that the message shows his spelling. Of a value of
// the wrong type nothing more is said.
void ParamBase::check(const Value& value, const Assign& at, const Places& wrong) const {
  if (wrong.count(at.path())) return;
  if (value.is_list()) {
    const auto& list = value.as_list();
    const bool countable = info_.min_items || info_.max_items;
    if (countable && (list.size() < info_.min_items.value_or(0) ||
                      list.size() > info_.max_items.value_or(SIZE_MAX)))
      at.error(fmt::format("{} must have {}, got {}", at.subject(),
                           info_.max_items.value_or(SIZE_MAX) == SIZE_MAX
                               ? fmt::format("at least {} items", *info_.min_items)
                           : *info_.min_items == *info_.max_items
                               ? fmt::format("{} items", *info_.min_items)
                               : fmt::format("{} to {} items", *info_.min_items, *info_.max_items),
                           list.size()));
    for (std::size_t i = 0; i < list.size(); ++i)
      check(list[i], at.inside(std::to_string(i)), wrong);
  } else if (value.is_number()) {
    const double x = value.as_real();
    if (!within_bounds(info_, x))
      at.error(fmt::format("{} must be {}, got {}", at.subject(), bounds(info_), plain(value)));
    else if (!std::isfinite(x))
      at.error(fmt::format("{} must be finite, got {}", at.subject(), plain(value)));
    else if (info_.as_float && !float_holds(info_, x))
      at.error(fmt::format("{} must be {}, got {}, which is {} there", at.subject(),
                           float_needs(info_), plain(value), float(x)));
  } else if (value.is_string() && !info_.choices.empty()) {
    const std::string& name = value.as_string();
    if (std::find(info_.choices.begin(), info_.choices.end(), name) == info_.choices.end())
      at.error(fmt::format("{} must be one of {}, got '{}'", at.subject(),
                           fmt::join(info_.choices, ", "), name));
  }
}

Value ParamBase::schema() const {
  Value schema = type_schema();
  Value::Map& map = schema.map();
  Value::Map& item = map.count("items") ? map["items"].map() : map;
  if (info_.min) item[info_.min_open ? "exclusiveMinimum" : "minimum"] = *info_.min;
  if (info_.max) item[info_.max_open ? "exclusiveMaximum" : "maximum"] = *info_.max;
  if (!info_.choices.empty()) {
    Value::List names(info_.choices.begin(), info_.choices.end());
    item["enum"] = std::move(names);
  }
  if (info_.min_items) map["minItems"] = std::int64_t(*info_.min_items);
  if (info_.max_items && *info_.max_items != SIZE_MAX)
    map["maxItems"] = std::int64_t(*info_.max_items);
  if (is_null() && !takes_null(schema))
    schema = Value::Map{{"anyOf", Value::List{std::move(schema), Value::Map{{"type", "null"}}}}};
  schema.map()["description"] =
      info_.unit.empty() ? info_.help : info_.help + " (" + info_.unit + ")";
  return schema;
}

Declaration::PortOptions Declaration::input(std::string name, InputPort& port, std::string help) {
  require_new("input", name, inputs_);
  port.info() = {std::move(name), std::move(help)};
  inputs_.push_back(&port);
  return PortOptions(port);
}

Declaration::PortOptions Declaration::output(std::string name, OutputPort& port, std::string help) {
  require_new("output", name, outputs_);
  port.info() = {std::move(name), std::move(help)};
  outputs_.push_back(&port);
  return PortOptions(port);
}

void Declaration::add(std::unique_ptr<ParamBase> param) {
  require_new("parameter", param->info().name, params_);
  params_.push_back(std::move(param));
}

Declaration& Declaration::environment(const std::string& name, std::optional<std::string>& member,
                                      std::string help) {
  const char* value = std::getenv(name.c_str());
  member = value ? std::optional<std::string>(value) : std::nullopt;
  dependencies_.environment[name] = {member, std::move(help)};
  return *this;
}

Declaration& Declaration::program(const std::string& name, std::string help, std::string install) {
  dependencies_.programs[name] = {std::move(help), std::move(install)};
  return *this;
}

Declaration& Declaration::file(const std::filesystem::path& path, std::string what) {
  return depend(path, Dependencies::FileKind::file, std::move(what));
}

Declaration& Declaration::folder(const std::filesystem::path& path, std::string what) {
  return depend(path, Dependencies::FileKind::folder, std::move(what));
}

Declaration& Declaration::library(const std::filesystem::path& path, std::string what) {
  return depend(path, Dependencies::FileKind::library, std::move(what));
}

Declaration& Declaration::depend(const std::filesystem::path& path, Dependencies::FileKind kind,
                                 std::string what) {
  if (path.empty()) return *this;  // made of a parameter that has not been set yet
  Dependencies one;
  one.files[std::move(what)] = {{path, kind}};
  dependencies_.add(one);
  return *this;
}

Declaration& Declaration::cached(Caching caching, std::string why) {
  Dependencies one;
  one.caching = caching;
  one.caching_why = std::move(why);
  dependencies_.add(one);
  return *this;
}

const ParamBase* Declaration::extendable() const {
  const ParamBase* found = nullptr;
  for (const auto& param : params_) {
    if (!param->info().extendable) continue;
    if (found)
      throw Error(
          fmt::format("parameters '{}' and '{}' are both declared extendable; a result is extended "
                      "by one: leave it to one of them",
                      found->info().name, param->info().name));
    found = param.get();
  }
  return found;
}

std::vector<std::string> Declaration::param_names() const {
  std::vector<std::string> names;
  for (const auto& param : params_) names.push_back(param->info().name);
  return names;
}

}  // namespace pipeline
