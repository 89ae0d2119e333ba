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

/// By input: an artifact's digest, or of a list each one's with the foreach values that the stage
/// may see, in the foreach's order.
Value inputs_of(const CheckedStage& stage, const std::map<std::string, cache::Digest>& digests) {
  const auto digest = [&](const std::string& port) {
    const auto found = digests.find(port);
    return found == digests.end() ? Value() : Value(found->second);
  };
  Value::Map inputs;
  for (const InputPort* port : stage.declaration.inputs()) {
    const std::string& name = port->info().name;
    if (!port->connected()) continue;
    const auto* found = port->takes_list() ? static_cast<const ListPort*>(port) : nullptr;
    if (!found || found->is_alone()) {
      inputs.emplace(name, digest(name));
      continue;
    }
    const ListPort& list = *found;
    Value::List items;
    for (std::size_t i = 0; i < list.size(); ++i) {
      Value::List foreach;
      for (const auto& [axis, value] : list.foreach (i))
        foreach
          .push_back(Value::Map{{axis, value}});
      items.push_back(Value::Map{{"digest", digest(fmt::format("{}.{}", name, i))},
                                 {"foreach", std::move(foreach)}});
    }
    inputs.emplace(name, std::move(items));
  }
  return inputs;
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

/// One artifact that a key was made of.
struct KeyInput {
  Value digest;
  std::string wire;  ///< the port's name, by which wiring goes
};
using Inputs = std::map<std::string, KeyInput>;  ///< by what messages call it

/// Those of a list by their foreach values, so that one more of them does not make others of those
/// behind it; without such values, or where several have the same, by their places.
Inputs inputs_in(const Value& parts) {
  Inputs inputs;
  for (const auto& [port, value] : map_of(parts, "inputs")) {
    if (!value.is_list()) inputs[port] = {value, port};
    else
      for (std::size_t i = 0; i < value.as_list().size(); ++i) {
        const Value& item = value.as_list()[i];
        const std::string place = fmt::format("{}.{}", port, i);
        std::string name;
        for (const Value& axis : item.at("foreach").as_list())
          for (const auto& [key, of] : axis.as_map())
            name += fmt::format("@{}={}", key, of.is_string() ? of.as_string() : of.to_json());
        const bool unique = !name.empty() && !inputs.count(port + name);
        inputs[unique ? port + name : place] = {item.at("digest"), place};
      }
  }
  return inputs;
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
  Value::Map params;
  for (const auto& param : stage.declaration.params())
    params.emplace(param->info().name, param->value(content));
  Value::Map& map = parts.value.map();
  map.emplace("format", kKeyFormat);
  map.emplace("component", stage.config->use);
  map.emplace("code", code_of(*stage.components));
  map.emplace("params", std::move(params));
  map.emplace("inputs", inputs_of(stage, inputs));
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
  const Inputs inputs_before = inputs_in(before), inputs_after = inputs_in(after);
  for (const auto& [port, input] : inputs_after) {
    const auto from = wiring.count(input.wire) ? fmt::format(" ({})", wiring.at(input.wire)) : "";
    if (!inputs_before.count(port)) lines.push_back(fmt::format("input '{}'{} is new", port, from));
    else if (inputs_before.at(port).digest != input.digest)
      lines.push_back(fmt::format("input '{}'{} has other content", port, from));
  }
  for (const auto& [port, input] : inputs_before)
    if (!inputs_after.count(port)) lines.push_back(fmt::format("input '{}' is gone", port));
  if (lines.empty() && before.get("inputs") != after.get("inputs"))
    lines.push_back("the items of an input that takes a list are in another order");
  return lines;
}

}  // namespace pipeline::plan
