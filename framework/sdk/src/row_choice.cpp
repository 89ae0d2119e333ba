#include "pipeline/row_choice.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/error.h"

namespace pipeline {
namespace {

void assign_range(RowChoice::Range& range, const Value& value, const Assign& at) {
  for (const auto& [key, number] : value.as_map()) {
    const Assign inside = at.inside(key);
    if (key != "start" && key != "stop" && key != "step")
      inside.error("rows has no '" + key + "'" + suggestion(key, {"start", "stop", "step"}), true);
    else if (key == "stop" && number.is_null()) range.stop.reset();
    else if (!number.is_int()) inside.mismatch("an integer", number);
    else if (number.as_int() < (key == "step"))
      inside.error(fmt::format("{} must be at least {}, got {}", inside.subject(),
                               int(key == "step"), number.as_int()));
    else if (key == "start") range.start = number.as_int();
    else if (key == "stop") range.stop = number.as_int();
    else range.step = number.as_int();
  }
}

}  // namespace

std::vector<std::int64_t> RowChoice::of(std::int64_t n, std::string_view what,
                                        std::string_view why) const {
  std::vector<std::int64_t> rows;
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&choice)) {
    rows = *list;
  } else {
    const auto* given = std::get_if<Range>(&choice);
    const Range range = given ? *given : Range{};
    const std::int64_t stop = range.stop.value_or(n);
    if (stop > n)
      throw Error(fmt::format("rows: stop is {}, but there are only {} {}s{}", stop, n, what, why));
    for (std::int64_t row = range.start; row < stop; row += std::min(range.step, n))
      rows.push_back(row);
    if (rows.empty())
      throw Error(fmt::format("rows: no {} from start {} to before stop {}; there are {} {}s{}",
                              what, range.start, stop, n, what, why));
  }
  for (const std::int64_t row : rows)
    if (row < 0 || row >= n)
      throw Error(fmt::format("rows: there is no {0} {1}; there are {2} {0}s, counted from 0{3}",
                              what, row, n, why));
  return rows;
}

Value ParamType<RowChoice>::schema() {
  const Value from_zero = Value::Map{{"type", "integer"}, {"minimum", 0}};
  const Value from_one = Value::Map{{"type", "integer"}, {"minimum", 1}};
  return Value::Map{
      {"anyOf", Value::List{Value::Map{{"type", "null"}},
                            Value::Map{{"type", "array"}, {"items", from_zero}, {"minItems", 1}},
                            Value::Map{{"type", "object"},
                                       {"additionalProperties", false},
                                       {"properties", Value::Map{{"start", from_zero},
                                                                 {"stop", from_zero},
                                                                 {"step", from_one}}}}}}};
}

void ParamType<RowChoice>::assign(RowChoice& member, const Value& value, const Assign& at) {
  if (value.is_null()) {
    member.choice = {};
  } else if (value.is_list()) {
    ParamType<std::vector<std::int64_t>>::assign(member.choice.emplace<std::vector<std::int64_t>>(),
                                                 value, at);
    if (value.as_list().empty()) at.error(at.subject() + " is empty; name at least one row");
  } else if (value.is_map()) {
    assign_range(member.choice.emplace<RowChoice::Range>(), value, at);
  } else {
    at.mismatch("a list of rows or {start, stop, step}", value);
  }
}

Value ParamType<RowChoice>::value(const RowChoice& member, const PathRendering& paths) {
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&member.choice))
    return ParamType<std::vector<std::int64_t>>::value(*list, paths);
  if (const auto* range = std::get_if<RowChoice::Range>(&member.choice))
    return Value::Map{{"start", range->start},
                      {"stop", range->stop ? Value(*range->stop) : Value()},
                      {"step", range->step}};
  return {};
}

}  // namespace pipeline
