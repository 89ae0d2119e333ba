#include "cache/record_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace pipeline::cache {
namespace {

constexpr std::string_view kHead = "{\"checksum\":\"", kMiddle = "\",\"content\":", kTail = "}\n";
constexpr std::size_t kHexDigits = 16;

// A map with this one key stands for a number that JSON lacks, or for a map that has this key.
constexpr const char* kEscape = "$";

std::uint64_t unsigned_at(const Value& value, std::string_view key) {
  const std::int64_t number = value.at(key).as_int();
  if (number < 0) throw Error(fmt::format("'{}' is {}, expected at least 0", key, number));
  return std::uint64_t(number);
}

// The index of the quote behind the text of a JSON string that begins at `from`, or the size.
std::size_t end_of_string(std::string_view json, std::size_t from) {
  for (std::size_t quote = from;; ++quote) {
    quote = std::min(json.find('"', quote), json.size());
    std::size_t slashes = 0;
    while (quote - slashes > from && json[quote - slashes - 1] == '\\') ++slashes;
    if (quote == json.size() || slashes % 2 == 0) return quote;
  }
}

Value to_value(const StoredArray& array) {
  return Value::Map{{"dtype", name(array.dtype)},
                    {"shape", Value::List(array.shape.begin(), array.shape.end())},
                    {"offset", std::int64_t(array.offset)},
                    {"bytes", std::int64_t(array.bytes)},
                    {"checksum", to_hex(array.checksum)}};
}

StoredArray array_from(const Value& value) {
  StoredArray array;
  array.dtype = dtype_from_name(value.at("dtype").as_string());
  for (const Value& size : value.at("shape").as_list()) array.shape.push_back(size.as_int());
  array.offset = unsigned_at(value, "offset");
  array.bytes = unsigned_at(value, "bytes");
  array.checksum = from_hex(value.at("checksum").as_string());
  return array;
}

Value to_value(const Extendable& extendable) {
  return Value::Map{{"parameter", extendable.parameter},
                    {"value", extendable.value},
                    {"family", extendable.family}};
}

Extendable extendable_from(const Value& value) {
  return {value.at("parameter").as_string(), value.at("value").as_int(),
          value.at("family").as_string()};
}

}  // namespace

std::string seal(const Value& content) {
  const std::string text = content.to_json();
  return fmt::format("{}{}{}{}{}", kHead, to_hex(checksum_of(text.data(), text.size())), kMiddle,
                     text, kTail);
}

std::string_view unsealed(std::string_view text) {
  const std::size_t content = kHead.size() + kHexDigits + kMiddle.size();
  if (text.size() < content + kTail.size() || !text.starts_with(kHead) || !text.ends_with(kTail) ||
      text.substr(kHead.size() + kHexDigits, kMiddle.size()) != kMiddle)
    throw Error("it is not as it was written: its beginning or end is missing or damaged");
  const std::string_view json = text.substr(content, text.size() - content - kTail.size());
  const std::string found = to_hex(checksum_of(json.data(), json.size()));
  const std::string_view expected = text.substr(kHead.size(), kHexDigits);
  if (found != expected)
    throw Error(fmt::format("it is not as it was written: its checksum is {}, expected {}", found,
                            expected));
  return json;
}

Value unseal(std::string_view text) { return Value::parse_json(unsealed(text)); }

std::string without_entry(std::string_view json, std::string_view key) {
  int depth = 0;
  std::size_t begin = std::string_view::npos;  // of the value, once the key is found
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') {
      const std::size_t text = i + 1;
      i = end_of_string(json, text);
      const bool is_key = i + 1 < json.size() && json[i + 1] == ':';
      if (depth == 1 && is_key && json.substr(text, i - text) == key) begin = i + 2;
    } else if (depth == 1 && begin != std::string_view::npos && (c == ',' || c == '}')) {
      return fmt::format("{}null{}", json.substr(0, begin), json.substr(i));
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return std::string(json);
}

Value portable(const Value& value) {
  if (value.is_real() && !std::isfinite(value.as_real()))
    return Value::Map{{kEscape, value.to_json()}};
  if (value.is_list()) {
    Value::List list;
    for (const Value& item : value.as_list()) list.push_back(portable(item));
    return list;
  }
  if (value.is_map()) {
    Value::Map map;
    for (const auto& [key, item] : value.as_map()) map[key] = portable(item);
    if (map.count(kEscape)) return Value::Map{{kEscape, std::move(map)}};
    return map;
  }
  return value;
}

Value from_portable(const Value& value) {
  if (value.is_list()) {
    Value::List list;
    for (const Value& item : value.as_list()) list.push_back(from_portable(item));
    return list;
  }
  if (!value.is_map()) return value;
  const Value& escaped = value.get(kEscape);
  if (escaped.is_string()) {
    using Limits = std::numeric_limits<double>;
    if (escaped.as_string() == "\"nan\"") return Limits::quiet_NaN();
    return escaped.as_string() == "\"inf\"" ? Limits::infinity() : -Limits::infinity();
  }
  Value::Map map;
  for (const auto& [key, item] : (escaped.is_map() ? escaped : value).as_map())
    map[key] = from_portable(item);
  return map;
}

Value to_value(const std::map<std::string, StoredOutput>& outputs) {
  Value::Map map;
  for (const auto& [port, output] : outputs) {
    Value::Map arrays;
    for (const auto& [path, array] : output.arrays) arrays[path] = to_value(array);
    map[port] = Value::Map{{"type", output.type},
                           {"digest", output.digest},
                           {"attributes", portable(output.attributes)},
                           {"arrays", std::move(arrays)}};
  }
  return map;
}

std::map<std::string, StoredOutput> outputs_from(const Value& value) {
  std::map<std::string, StoredOutput> outputs;
  for (const auto& [port, item] : value.as_map()) {
    StoredOutput& output = outputs[port];
    output.type = item.at("type").as_string();
    output.digest = item.at("digest").as_string();
    output.attributes = from_portable(item.at("attributes")).as_map();
    for (const auto& [path, array] : item.at("arrays").as_map())
      output.arrays[path] = array_from(array);
  }
  return outputs;
}

Value to_value(const Record& record) {
  Value::Map map = {{"key", record.key},
                    {"component", record.component},
                    {"pipeline", record.pipeline},
                    {"stage", record.stage},
                    {"created", record.created},
                    {"host", record.host},
                    {"seconds", portable(record.seconds)},
                    {"parts", portable(record.parts)},
                    {"outputs", to_value(record.outputs)},
                    {"file_bytes", std::int64_t(record.file_bytes)},
                    {"structure_checksum", to_hex(record.structure_checksum)}};
  if (record.extendable) map.emplace("extendable", to_value(*record.extendable));
  return map;
}

Record record_from(const Value& value) {
  Record record;
  record.key = value.at("key").as_string();
  record.component = value.at("component").as_string();
  record.pipeline = value.at("pipeline").as_string();
  record.stage = value.at("stage").as_string();
  record.created = value.at("created").as_string();
  record.host = value.at("host").as_string();
  record.seconds = from_portable(value.at("seconds")).as_real();
  record.parts = from_portable(value.at("parts"));
  if (value.has("extendable")) record.extendable = extendable_from(value.at("extendable"));
  record.outputs = outputs_from(value.at("outputs"));
  record.file_bytes = unsigned_at(value, "file_bytes");
  record.structure_checksum = from_hex(value.at("structure_checksum").as_string());
  return record;
}

}  // namespace pipeline::cache
