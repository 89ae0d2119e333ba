#include "plan/key.h"

#include <fmt/format.h>

#include "cache/digest_memory.h"
#include "pipeline/printable.h"

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

// A leaf as a message shows it.
std::string shown(const Value& value) {
  constexpr std::size_t kLongest = 60;
  return printable(shortened(value.to_json(), kLongest));
}

bool is_content(const Value& value) { return value.is_map() && value.has("content"); }

void compare(const std::string& path, const Value& before, const Value& after,
             std::vector<std::string>& lines) {
  if (before == after) return;
  if (is_content(before) && is_content(after)) {
    lines.push_back(fmt::format("{}: the file's content changed", path));
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

}  // namespace

KeyParts key_parts(const CheckedStage& stage, const std::map<std::string, cache::Digest>& inputs,
                   cache::Store& store, const std::function<bool()>& cancelled) {
  KeyParts parts;
  const PathRendering content = [&](const std::filesystem::path& file) -> Value {
    return Value::Map{{"content", parts.files[file] = cache::file_digest(store, file, cancelled)}};
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
  const auto names = [](const Value& parts, const char* part) {
    return parts.get(part).is_map() ? parts.get(part).as_map() : Value::Map{};
  };
  const Value::Map code_before = names(before, "code"), code_after = names(after, "code");
  for (const auto& [library, id] : code_after)
    if (!code_before.count(library) || code_before.at(library) != id)
      lines.push_back(fmt::format("code of {} changed", library));
  for (const auto& [library, id] : code_before)
    if (!code_after.count(library))
      lines.push_back(fmt::format("code of {} is no longer used", library));
  const Value::Map inputs_before = names(before, "inputs"), inputs_after = names(after, "inputs");
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
