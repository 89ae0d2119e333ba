#include <fmt/format.h>

#include <algorithm>

#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/print.h"
#include "plan/schema.h"

namespace pipeline::cli {
namespace {

std::string type_of(const Value& schema) {
  if (schema.has("component")) return schema.at("component").as_string();
  if (schema.has("anyOf")) {
    std::string text;
    for (const Value& one : schema.at("anyOf").as_list())
      text += (text.empty() ? "" : " or ") + type_of(one);
    return text;
  }
  if (schema.has("enum")) {
    std::string text;
    for (const Value& name : schema.at("enum").as_list())
      text += (text.empty() ? "" : "|") + name.as_string();
    return text;
  }
  if (schema.has("items")) return "list of " + type_of(schema.at("items"));
  if (schema.get("format") == Value("path")) return "path";
  return schema.has("type") ? schema.at("type").as_string() : "any";
}

std::string range_of(const Value& schema) {
  const Value& item = schema.has("items") ? schema.at("items") : schema;
  std::string text;
  const auto add = [&](const char* key, const char* sign) {
    if (item.has(key))
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", sign, item.at(key).as_real());
  };
  add("minimum", ">=");
  add("exclusiveMinimum", ">");
  add("maximum", "<=");
  add("exclusiveMaximum", "<");
  return text;
}

void print_ports(const char* title, const Value::List& ports) {
  if (!ports.empty()) fmt::print("\n{}\n", title);
  for (const Value& port : ports)
    fmt::print("  {:<16} {}: {}{}\n", printable(port.at("name").as_string()),
               printable(port.at("expects").as_string()), printable(port.at("help").as_string()),
               port.at("optional").as_bool() ? " (optional)" : "");
}

void print_dependencies(const Value& component) {
  const auto print_all = [&](const char* title, const Value::List& entries) {
    if (!entries.empty()) fmt::print("\n{}\n", title);
    for (const Value& entry : entries)
      fmt::print("  {:<16} {}\n", printable(entry.at("name").as_string()),
                 printable(entry.at("help").as_string()));
  };
  print_all("from the environment", component.at("environment").as_list());
  print_all("programs", component.at("programs").as_list());
  if (const std::string cached = component.at("cached").as_string(); cached != "always")
    fmt::print("\ncached {}\n", printable(cached));
}

void print(const Value& component) {
  fmt::print("{} '{}' of plugin '{}'\n", printable(component.at("kind").as_string()),
             printable(component.at("id").as_string()),
             printable(component.at("plugin").as_string()));
  fmt::print("  {}\n", printable(component.at("summary").as_string()));
  print_ports("in", component.at("inputs").as_list());
  if (const std::string& more = component.at("further_inputs").as_string(); !more.empty())
    fmt::print("{}  {:<16} {}\n", component.at("inputs").as_list().empty() ? "\nin\n" : "", "…",
               printable(more));
  print_ports("out", component.at("outputs").as_list());
  if (!component.at("params").as_list().empty()) fmt::print("\nwith\n");
  for (const Value& param : component.at("params").as_list()) {
    const Value& schema = param.at("schema");
    std::string notes = type_of(schema);
    if (const std::string range = range_of(schema); !range.empty()) notes += ", " + range;
    notes += param.has("default") ? ", default " + param.at("default").to_json() : ", required";
    if (param.at("extendable").as_bool()) notes += ", extendable";
    if (!param.at("unit").as_string().empty()) notes += ", in " + param.at("unit").as_string();
    fmt::print("  {:<16} {} ({})\n", printable(param.at("name").as_string()),
               printable(param.at("help").as_string()), printable(notes));
  }
  print_dependencies(component);
}

/// Every (kind, id) that the word means: an id, or `kind:id` where two kinds share one.
std::vector<std::pair<std::string, std::string>> find(const plan::Registry& registry,
                                                      const std::string& word) {
  std::vector<std::pair<std::string, std::string>> found;
  std::vector<std::string> known;
  for (const std::string& kind : registry.kinds())
    for (const std::string& id : registry.ids(kind)) {
      if (word == id || word == kind + ":" + id) found.emplace_back(kind, id);
      known.push_back(id);
    }
  if (found.empty())
    throw Error(fmt::format("there is no component '{}'{}{}", word, suggestion(word, known),
                            registry.broken_note()));
  return found;
}

}  // namespace

int describe_command(const std::vector<std::string>& given) {
  const Arguments arguments("describe", given, {kJson});
  if (arguments.wants_help()) return kDone;
  plan::Registry registry(plan::Registry::default_folders());
  const auto& words = arguments.positional();
  Value::List list;
  if (words.empty()) {
    for (const std::string& kind : registry.kinds())
      for (const std::string& id : registry.ids(kind))
        list.push_back(plan::describe(registry, kind, id));
  }
  for (const std::string& word : words)
    for (const auto& [kind, id] : find(registry, word))
      list.push_back(plan::describe(registry, kind, id));
  if (arguments.has("json")) {
    print_json(list);
    return kDone;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (words.empty()) {
      fmt::print("{:<10} {:<24} {}\n", printable(list[i].at("kind").as_string()),
                 printable(list[i].at("id").as_string()),
                 printable(list[i].at("summary").as_string()));
      continue;
    }
    if (i > 0) fmt::print("\n");
    print(list[i]);
  }
  return kDone;
}

}  // namespace pipeline::cli
