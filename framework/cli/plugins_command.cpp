#include <fmt/format.h>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/print.h"
#include "plan/registry.h"

namespace pipeline::cli {
namespace {

Value::Map entry_of(const plan::Plugin& plugin) {
  Value::List components;
  for (const auto& [kind, id] : plugin.components)
    components.push_back(Value::Map{{"kind", kind}, {"id", id}});
  Value::Map entry = {{"name", plugin.name},
                      {"version", plugin.version},
                      {"file", plugin.file.string()},
                      {"components", std::move(components)},
                      {"code", plugin.code}};
  if (!plugin.problem.empty()) entry["problem"] = plugin.problem;
  return entry;
}

void print(const plan::Plugin& plugin) {
  if (!plugin.problem.empty()) {
    const std::string file = plugin.file.string();
    fmt::print("{} NOT LOADED{}\n  {}\n", printable(plugin.name),
               plugin.name == file ? "" : "  " + printable(file), printable(plugin.problem));
    return;
  }
  fmt::print("{} {}  {}\n", printable(plugin.name), printable(plugin.version),
             printable(plugin.file.string()));
  std::map<std::string, std::vector<std::string>> by_kind;
  for (const auto& [kind, id] : plugin.components) by_kind[kind].push_back(id);
  for (const auto& [kind, ids] : by_kind) fmt::print("  {}: {}\n", printable(kind), listed(ids));
}

std::string folders_text() {
  std::string text;
  for (const auto& folder : plan::Registry::default_folders())
    text += (text.empty() ? "" : ", ") + folder.string();
  return text.empty() ? "PIPELINE_PLUGIN_PATH, nor beside the program" : text;
}

}  // namespace

int plugins_command(const std::vector<std::string>& given) {
  const Arguments arguments("plugins", given, {kJson});
  if (arguments.wants_help()) return kDone;
  arguments.at_most(0);
  const plan::Registry registry(plan::Registry::default_folders());
  if (arguments.has("json")) {
    Value::List list;
    for (const plan::Plugin& plugin : registry.plugins()) list.push_back(entry_of(plugin));
    print_json(list);
    return kDone;
  }
  for (const plan::Plugin& plugin : registry.plugins()) print(plugin);
  if (registry.plugins().empty()) fmt::print("no plugins in {}\n", printable(folders_text()));
  return kDone;
}

}  // namespace pipeline::cli
