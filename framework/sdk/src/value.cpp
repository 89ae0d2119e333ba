#include "pipeline/value.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "json.h"
#include "pipeline/error.h"
#include "pipeline/printable.h"

namespace pipeline {

static_assert(sizeof(Value) <= 40, "lists of millions of numbers are lists of these");

namespace {

using Json = nlohmann::json;

[[noreturn]] void mismatch(const Value& found, std::string_view expected) {
  throw Error(fmt::format("expected {}, got {}", expected, found.describe()));
}

// nlohmann writes the shortest number that reads back the same, and sorts keys.
Json to_nlohmann(const Value& value) {
  if (value.is_bool()) return value.as_bool();
  if (value.is_int()) return value.as_int();
  if (value.is_real()) {
    const double x = value.as_real();
    if (std::isnan(x)) return "nan";
    if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
    return x;
  }
  if (value.is_string()) return value.as_string();
  if (value.is_list()) {
    Json list = Json::array();
    for (const Value& item : value.as_list()) list.push_back(to_nlohmann(item));
    return list;
  }
  if (value.is_map()) {
    Json map = Json::object();
    for (const auto& [key, item] : value.as_map()) map[key] = to_nlohmann(item);
    return map;
  }
  return nullptr;
}

Value from_nlohmann(const Json& json) {
  switch (json.type()) {
    case Json::value_t::boolean: return json.get<bool>();
    case Json::value_t::number_integer: return json.get<std::int64_t>();
    case Json::value_t::number_unsigned: {
      const auto u = json.get<std::uint64_t>();
      return u <= std::uint64_t(INT64_MAX) ? Value(std::int64_t(u)) : Value(double(u));
    }
    case Json::value_t::number_float: return json.get<double>();
    case Json::value_t::string: return json.get<std::string>();
    case Json::value_t::array: {
      Value::List list;
      for (const Json& item : json) list.push_back(from_nlohmann(item));
      return list;
    }
    case Json::value_t::object: {
      Value::Map map;
      for (const auto& [key, item] : json.items()) map.emplace(key, from_nlohmann(item));
      return map;
    }
    default: return nullptr;
  }
}

}  // namespace

const Value::Map& Value::MapOutside::get() const {
  static const Map empty;
  return map_ ? *map_ : empty;
}
Value::Map& Value::MapOutside::get() {
  if (!map_) map_ = std::make_unique<Map>();
  return *map_;
}

bool Value::as_bool() const {
  if (!is_bool()) mismatch(*this, "true or false");
  return std::get<bool>(data_);
}
std::int64_t Value::as_int() const {
  if (!is_int()) mismatch(*this, "an integer");
  return std::get<std::int64_t>(data_);
}
double Value::as_real() const {
  if (is_int()) return double(std::get<std::int64_t>(data_));
  if (!is_real()) mismatch(*this, "a number");
  return std::get<double>(data_);
}
const std::string& Value::as_string() const {
  if (!is_string()) mismatch(*this, "a string");
  return std::get<std::string>(data_);
}
const Value::List& Value::as_list() const {
  if (!is_list()) mismatch(*this, "a list");
  return std::get<List>(data_);
}
const Value::Map& Value::as_map() const {
  if (!is_map()) mismatch(*this, "a map");
  return std::get<MapOutside>(data_).get();
}
Value::List& Value::list() {
  if (is_null()) data_ = List();
  if (!is_list()) mismatch(*this, "a list");
  return std::get<List>(data_);
}
Value::Map& Value::map() {
  if (is_null()) data_ = MapOutside({});
  if (!is_map()) mismatch(*this, "a map");
  return std::get<MapOutside>(data_).get();
}

const Value& Value::at(std::string_view key) const {
  const Map& entries = as_map();
  const auto found = entries.find(std::string(key));
  if (found == entries.end()) throw Error(fmt::format("expected a key '{}', found none", key));
  return found->second;
}
const Value& Value::get(std::string_view key) const {
  static const Value null;
  return has(key) ? at(key) : null;
}
bool Value::has(std::string_view key) const {
  return is_map() && as_map().count(std::string(key)) > 0;
}

std::string Value::describe() const {
  if (is_null()) return "nothing (null)";
  if (is_bool()) return as_bool() ? "true" : "false";
  if (is_int()) return fmt::format("the integer {}", as_int());
  if (is_real()) return fmt::format("the number {}", as_real());
  if (is_string()) {
    constexpr std::size_t kShown = 60;
    return fmt::format("the string '{}'", printable(shortened(as_string(), kShown)));
  }
  const std::size_t n = is_list() ? as_list().size() : as_map().size();
  const char* unit = is_list() ? "item" : "entry";
  if (n == 1) return fmt::format("a {} of 1 {}", is_list() ? "list" : "map", unit);
  return is_list() ? fmt::format("a list of {} items", n) : fmt::format("a map of {} entries", n);
}

std::string Value::to_json(int indent) const {
  if (indent >= 0)
    return to_nlohmann(*this).dump(indent, ' ', false, Json::error_handler_t::replace);
  std::string text;
  append_json(text, *this);
  return text;
}

Value Value::parse_json(std::string_view text) {
  if (std::optional<Value> plain = read_plain_json(text)) return std::move(*plain);
  try {
    return from_nlohmann(Json::parse(text));
  } catch (const Json::exception& error) {
    throw Error(fmt::format("not valid JSON: {}", error.what()));
  }
}

}  // namespace pipeline
