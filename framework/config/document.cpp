#include "config/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "config/scope.h"
#include "pipeline/error.h"

namespace pipeline::config {
namespace {

const std::vector<std::string> kKeys{"description", "include", "groups", "vars", "stages"};

bool is_null(const Node& node) { return !node.is_list && !node.is_map && node.scalar.is_null(); }

bool is_text(const Node& node) { return node.scalar.is_string(); }

bool is_reference(const Node& node) {
  return is_text(node) && node.scalar.as_string().rfind("${", 0) == 0;
}

// True where something was dropped.
template <class Wrong>
bool drop_if(std::vector<Node::Entry>& entries, Wrong wrong) {
  const std::size_t before = entries.size();
  entries.erase(std::remove_if(entries.begin(), entries.end(), wrong), entries.end());
  return entries.size() < before;
}

// True where something was dropped.
bool drop_unknown_keys(Node& map, const std::vector<std::string>& known, std::string_view what,
                       Problems& problems) {
  return drop_if(map.entries, [&](const Node::Entry& entry) {
    if (std::find(known.begin(), known.end(), entry.key) != known.end()) return false;
    problems.add(entry.key_at, fmt::format("{} has no key '{}'{}", what, entry.key,
                                           near_names(entry.key, known)));
    return true;
  });
}

// True, and a problem, unless the value is a map or null; null becomes an empty map.
bool is_no_map(Node::Entry& entry, std::string_view expected, Problems& problems) {
  if (is_null(entry.value)) entry.value.is_map = true;
  if (entry.value.is_map) return false;
  problems.add(entry.value.at,
               fmt::format("'{}' must be {}, got {}", entry.key, expected, describe(entry.value)));
  return true;
}

bool part_is_wrong(const std::string& stage, Node::Entry& part, Problems& problems) {
  const auto wrong = [&](std::string_view expected) {
    problems.add(part.value.at, fmt::format("stage '{}': '{}' must be {}, got {}", stage, part.key,
                                            expected, describe(part.value)));
    return true;
  };
  Node& value = part.value;
  // These may hold vars, and are checked when those are replaced.
  if (part.key == "use" || part.key == "threads" || part.key == "foreach") return false;
  if (is_null(value)) value.is_map = true;
  if (value.is_map || (part.key != "in" && is_reference(value))) return false;
  if (part.key == "in") return wrong("a map from inputs to stage.port");
  return wrong("a map of parameters");
}

bool stage_is_wrong(Node::Entry& stage, Problems& problems) {
  if (!is_name(stage.key)) {
    problems.add(stage.key_at, fmt::format("the name of a stage has letters, digits, _ and - only, "
                                           "got '{}'",
                                           stage.key));
    return true;
  }
  if (is_null(stage.value)) return false;  // takes an included stage out
  if (!stage.value.is_map) {
    problems.add(stage.value.at,
                 fmt::format("stage '{}' must be a map like {{use: component, in: {{…}}, with: "
                             "{{…}}}}, got {}",
                             stage.key, describe(stage.value)));
    // There is a stage of that name: references to it are no further mistakes.
    stage.value.scalar = {};
    stage.value.list.clear();
    stage.value.numbers.reset();
    stage.value.is_list = false;
    stage.value.is_map = stage.value.broken = true;
    return false;
  }
  static const std::vector<std::string> kParts{"use", "in", "with", "foreach", "threads"};
  const bool unknown =
      drop_unknown_keys(stage.value, kParts, fmt::format("stage '{}'", stage.key), problems);
  const bool wrong = drop_if(stage.value.entries, [&](Node::Entry& part) {
    return part_is_wrong(stage.key, part, problems);
  });
  stage.value.broken = unknown || wrong;
  return false;
}

bool group_is_wrong(const Node::Entry& group, Problems& problems) {
  if (!is_name(group.key)) {
    problems.add(group.key_at, fmt::format("the name of a group has letters, digits, _ and - only, "
                                           "got '{}'",
                                           group.key));
    return true;
  }
  if (is_text(group.value) && is_name(group.value.scalar.as_string())) return false;
  problems.add(group.value.at,
               fmt::format("group '{}': expected the name of a choice (letters, digits, _ and -), "
                           "got {}",
                           group.key, describe(group.value)));
  return true;
}

void check_includes(Node& value, Problems& problems) {
  if (is_text(value) || is_null(value)) {
    Node list = value;
    list.is_list = true;
    list.scalar = {};
    if (is_text(value)) list.list.push_back(std::move(value));
    value = std::move(list);
  }
  if (!value.is_list) {
    problems.add(value.at,
                 fmt::format("'include' must be a list of files, got {}", describe(value)));
    value = Node();
  }
  value.unpack();
  std::vector<Node>& files = value.list;
  files.erase(std::remove_if(files.begin(), files.end(),
                             [&](const Node& file) {
                               if (is_text(file) && !file.scalar.as_string().empty()) return false;
                               problems.add(file.at,
                                            fmt::format("'include' must be a list of files, got {}",
                                                        describe(file)));
                               return true;
                             }),
              files.end());
}

// True if the entry cannot be used at all.
bool entry_is_wrong(Node::Entry& entry, Missing& missing, Problems& problems) {
  if (entry.key == "description") {
    if (is_text(entry.value)) return false;
    problems.add(entry.value.at,
                 fmt::format("'description' must be a text, got {}", describe(entry.value)));
    return true;
  }
  const int before = problems.additions();
  if (entry.key == "include") {
    check_includes(entry.value, problems);
    if (problems.additions() > before) missing = {true, true, true};
    return !entry.value.is_list;
  }
  if (entry.key == "groups") {
    const bool wrong = is_no_map(entry, "a map from groups to choices", problems);
    drop_if(entry.value.entries,
            [&](const Node::Entry& group) { return group_is_wrong(group, problems); });
    if (problems.additions() > before) missing = {true, true, true};
    return wrong;
  }
  if (entry.key == "vars") {
    if (is_no_map(entry, "a map from names to values", problems)) return missing.vars = true;
    missing.vars |= drop_if(entry.value.entries, [&](const Node::Entry& var) {
      if (is_var_name(var.key)) return false;
      problems.add(var.key_at, fmt::format("the name of a var begins with a letter or _ and has "
                                           "letters, digits, _ and - only, got '{}'",
                                           var.key));
      return true;
    });
  } else {
    if (is_no_map(entry, "a map from names to stages", problems))
      return missing.stages = missing.parts = true;
    missing.stages |= drop_if(entry.value.entries,
                              [&](Node::Entry& stage) { return stage_is_wrong(stage, problems); });
  }
  return false;
}

// What stands under a key that is misspelt; under one that is like no other may stand anything.
void note_what_misses(const std::string& key, const std::vector<std::string>& known,
                      Missing& missing) {
  if (std::find(known.begin(), known.end(), key) != known.end()) return;
  const std::string meant = nearest_name(key, known);
  missing.vars |= meant != "stages" && meant != "description";
  const bool brings_stages = meant != "vars" && meant != "description";
  missing.stages |= brings_stages;
  missing.parts |= brings_stages;
}

Node::Entry* part_of(Node& stage, const std::string& key) {
  for (Node::Entry& entry : stage.entries)
    if (entry.key == key) return &entry;
  return nullptr;
}

void merge_map(Node& below, const Node& above) {
  std::unordered_map<std::string, std::size_t> index;
  for (const Node::Entry& entry : below.entries) index.emplace(entry.key, index.size());
  for (const Node::Entry& entry : above.entries) {
    const auto [same, is_new] = index.emplace(entry.key, index.size());
    if (is_new) below.entries.push_back(entry);
    else below.entries[same->second] = entry;
  }
}

}  // namespace

bool is_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

bool looks_like_pipeline(const Node& document) {
  return std::any_of(kKeys.begin(), kKeys.end(),
                     [&](const std::string& key) { return find(document, key) != nullptr; });
}

void check_document(Node& document, bool in_group, Missing& missing, Problems& problems) {
  std::vector<std::string> keys = kKeys;
  if (in_group) keys.erase(std::find(keys.begin(), keys.end(), "groups"));
  for (const Node::Entry& entry : document.entries) note_what_misses(entry.key, keys, missing);
  drop_unknown_keys(document, keys, in_group ? "the file of a group" : "a pipeline file", problems);
  drop_if(document.entries,
          [&](Node::Entry& entry) { return entry_is_wrong(entry, missing, problems); });
}

void merge_stage(Node::Entry& below, const Node::Entry& above) {
  below.key_at = above.key_at;
  const Node* old_use = find(below.value, "use");
  const Node* new_use = find(above.value, "use");
  if (old_use && new_use && old_use->scalar != new_use->scalar) {
    below.value = above.value;
    return;
  }
  below.value.broken = below.value.broken || above.value.broken;
  for (const Node::Entry& part : above.value.entries) {
    Node::Entry* same = part_of(below.value, part.key);
    const bool by_key = (part.key == "in" || part.key == "with") && part.value.is_map;
    if (!same) below.value.entries.push_back(part);
    else if (by_key && same->value.is_map) merge_map(same->value, part.value);
    else *same = part;
  }
}

}  // namespace pipeline::config
