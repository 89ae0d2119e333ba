#include "plan/key.h"

#include <fmt/format.h>

#include "cache/digest_memory.h"
#include "pipeline/printable.h"
#include "pipeline/utf8.h"
#include "plan/machine.h"

namespace pipeline::plan {
namespace {

// Raised when the meaning of keys or the form of stored artifacts changes.
constexpr int kKeyFormat = 1;

Value code_of(const RecordingFactory& components) {
  Value::Map code;
  for (const Plugin* plugin : components.used())
    for (const auto& [library, build_id] : plugin->code) code[library] = build_id;
  return code;
}

// A file's content, extension and name, as far as they count.
bool is_content(const Value& value) { return value.is_map() && value.has("content"); }

// A leaf as a message shows it.
std::string shown(const Value& value) {
  if (is_content(value)) return "a file";
  constexpr std::size_t kLongest = 60;
  return printable(shortened(value.to_json(), kLongest));
}

void compare_file(const std::string& path, const Value& before, const Value& after,
                  std::vector<std::string>& lines) {
  if (before.at("content") != after.at("content"))
    lines.push_back(fmt::format("{}: the file's content changed", path));
  for (const char* part : {"extension", "name"})
    if (before.get(part) != after.get(part))
      lines.push_back(fmt::format("{}: the file's {}: {} -> {}", path, part,
                                  shown(before.get(part)), shown(after.get(part))));
}

// What is no text stands in the key, and in the record, as its digest.
std::string as_text(const std::string& bytes) {
  return is_utf8(bytes) ? bytes : "bytes of SHA-256 " + cache::digest_of(bytes);
}

Value environment_of(const Dependencies& dependencies) {
  Value::Map values;
  for (const auto& [name, variable] : dependencies.environment)
    values.emplace(as_text(name), variable.value ? Value(as_text(*variable.value)) : Value());
  return values;
}

Value files_of(const Dependencies& dependencies, const ReadDigest& read, FileDigests& seen) {
  Value::Map values;
  for (const auto& [what, files] : dependencies.files) {
    Value::List list;
    for (const auto& file : files) list.push_back(key_value(file, read, seen));
    // Mostly it is one: `why` then needs no number.
    values.emplace(what, list.size() == 1 ? std::move(list[0]) : Value(std::move(list)));
  }
  return values;
}

void compare(const std::string& path, const Value& before, const Value& after,
             std::vector<std::string>& lines) {
  if (before == after) return;
  if (is_content(before) && is_content(after)) {
    compare_file(path, before, after, lines);
  } else if (before.is_map() && after.is_map()) {
    for (const auto& [key, value] : before.as_map())
      if (after.has(key)) compare(path + "." + key, value, after.at(key), lines);
      else lines.push_back(fmt::format("{}.{}: was {}, is gone", path, key, shown(value)));
    for (const auto& [key, value] : after.as_map())
      if (!before.has(key))
        lines.push_back(fmt::format("{}.{}: {} is new", path, key, shown(value)));
  } else if (before.is_list() && after.is_list() &&
             before.as_list().size() == after.as_list().size()) {
    for (std::size_t i = 0; i < before.as_list().size(); ++i)
      compare(fmt::format("{}.{}", path, i), before.as_list()[i], after.as_list()[i], lines);
  } else {
    lines.push_back(fmt::format("{}: {} -> {}", path, shown(before), shown(after)));
  }
}

// A part of a key; a stage without such dependencies has none.
Value::Map map_of(const Value& parts, const char* part) {
  return parts.get(part).is_map() ? parts.get(part).as_map() : Value::Map{};
}

void compare_environment(const Value::Map& before, const Value::Map& after,
                         std::vector<std::string>& lines) {
  const auto text = [](const Value& value) { return value.is_null() ? "not set" : shown(value); };
  for (const auto& [name, value] : after) {
    const auto old = before.find(name);
    if (old == before.end()) lines.push_back(fmt::format("environment variable {} counts", name));
    else if (old->second != value)
      lines.push_back(
          fmt::format("environment variable {}: {} -> {}", name, text(old->second), text(value)));
  }
  for (const auto& [name, value] : before)
    if (!after.count(name))
      lines.push_back(fmt::format("environment variable {} no longer counts", name));
}

void compare_files(const Value::Map& before, const Value::Map& after,
                   std::vector<std::string>& lines) {
  for (const auto& [what, value] : after)
    if (const auto old = before.find(what); old != before.end())
      compare(what, old->second, value, lines);
    else lines.push_back(fmt::format("{} counts", what));
  for (const auto& [what, value] : before)
    if (!after.count(what)) lines.push_back(fmt::format("{} no longer counts", what));
}

}  // namespace

KeyParts key_parts(const CheckedStage& stage, const std::map<std::string, cache::Digest>& inputs,
                   cache::Store& store, const std::function<bool()>& cancelled,
                   const std::string& occasion) {
  KeyParts parts;
  const ReadDigest read = [&](const std::filesystem::path& file) {
    return cache::file_digest(store, file, cancelled);
  };
  const PathRendering content = [&](const std::filesystem::path& file) {
    Value::Map value = {{"content", parts.files[file] = read(file)}};
    if (file.has_extension()) value.emplace("extension", as_text(file.extension().string()));
    return Value(std::move(value));
  };
  Value::Map params, digests;
  for (const auto& param : stage.declaration.params())
    params.emplace(param->info().name, param->value(content));
  for (const auto& [port, digest] : inputs) digests.emplace_hint(digests.end(), port, digest);
  Value::Map& map = parts.value.map();
  map.emplace("format", kKeyFormat);
  map.emplace("component", stage.config->use);
  map.emplace("code", code_of(*stage.components));
  map.emplace("params", std::move(params));
  map.emplace("inputs", std::move(digests));
  const Dependencies& more = stage.dependencies;
  if (!more.environment.empty()) map.emplace("environment", environment_of(more));
  if (!more.files.empty()) map.emplace("files", files_of(more, read, parts.files));
  if (more.caching == Caching::this_machine) map.emplace("machine", machine_identity());
  if (more.caching == Caching::never)
    map.emplace("occasion", fmt::format("stage '{}' {}", stage.name(), occasion));
  return parts;
}

cache::Digest key_of(const Value& parts) { return cache::digest_of(parts.to_json()); }

std::vector<std::string> differences(const Value& before, const Value& after,
                                     const std::map<std::string, std::string>& wiring) {
  std::vector<std::string> lines;
  if (before.get("format") != after.get("format")) lines.push_back("the format of keys changed");
  if (before.get("component") != after.get("component"))
    lines.push_back(fmt::format("component: {} -> {}", shown(before.get("component")),
                                shown(after.get("component"))));
  else compare("with", before.get("params"), after.get("params"), lines);
  compare_environment(map_of(before, "environment"), map_of(after, "environment"), lines);
  compare_files(map_of(before, "files"), map_of(after, "files"), lines);
  if (before.get("machine") != after.get("machine"))
    lines.push_back("it is cached for one machine alone, and this is another");
  const Value::Map code_before = map_of(before, "code"), code_after = map_of(after, "code");
  for (const auto& [library, id] : code_after)
    if (!code_before.count(library) || code_before.at(library) != id)
      lines.push_back(fmt::format("code of {} changed", library));
  for (const auto& [library, id] : code_before)
    if (!code_after.count(library))
      lines.push_back(fmt::format("code of {} is no longer used", library));
  const Value::Map inputs_before = map_of(before, "inputs"), inputs_after = map_of(after, "inputs");
  for (const auto& [port, digest] : inputs_after) {
    const auto from = wiring.count(port) ? fmt::format(" ({})", wiring.at(port)) : "";
    if (!inputs_before.count(port)) lines.push_back(fmt::format("input '{}'{} is new", port, from));
    else if (inputs_before.at(port) != digest)
      lines.push_back(fmt::format("input '{}'{} has other content", port, from));
  }
  for (const auto& [port, digest] : inputs_before)
    if (!inputs_after.count(port)) lines.push_back(fmt::format("input '{}' is gone", port));
  return lines;
}

}  // namespace pipeline::plan
