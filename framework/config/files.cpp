#include "config/files.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "config/document.h"
#include "config/scalar.h"
#include "config/source.h"
#include "config/yaml.h"
#include "pipeline/error.h"
#include "pipeline/paths.h"

namespace pipeline::config {
namespace fs = std::filesystem;
namespace {

class Reader {
 public:
  Reader(Overrides& overrides, Problems& problems) : overrides_(overrides), problems_(problems) {}

  Program read(const fs::path& file) {
    home_ = tidied(file).parent_path();
    if (home_.empty()) home_ = ".";
    add(read_source(file), file, identity_of(file), false);
    if (layers_.empty()) problems_.throw_if_any();
    collect_groups();
    choose_groups();
    check_names_of_vars(layers_);
    check_names_of_vars(group_layers_);
    program_.file = absolute_path(file);
    program_.at = {layers_.back().node.at.source, 1, 1};
    for (Layer& layer : group_layers_) lay_over(layer);
    for (Layer& layer : layers_) lay_over(layer);
    drop_what_is_taken_out();
    if (program_.missing.parts)
      for (Node::Entry& stage : program_.stages) stage.value.broken = true;
    set_vars();
    return std::move(program_);
  }

 private:
  struct Open {
    fs::path file;
    FileIdentity identity;
  };
  struct Layer {
    Node node;
    fs::path folder;  ///< of the file, as messages show it
  };
  struct Group {
    std::string choice;
    Position at;
    std::vector<fs::path> folders;  ///< of the files that name the group, outermost first
  };

  void add(const std::shared_ptr<Source>& source, const fs::path& file, FileIdentity identity,
           bool in_group) {
    if (!seen_.insert(identity).second) return;
    open_.push_back({file, identity});
    // An included file from elsewhere may be any file of the machine, until it shows to be a
    // pipeline's.
    const bool named_by_user = open_.size() == 1 && !in_group;
    source->quotable = named_by_user || lies_below(file, home_) || lies_below(file, ".");
    std::optional<Node> document = parse_yaml(source, problems_);
    if (document && looks_like_pipeline(*document)) source->quotable = true;
    if (document && (!document->is_map || !source->quotable)) {
      const bool empty = !document->is_list && document->scalar.is_null();
      problems_.add(document->at,
                    empty ? "the file is empty; a pipeline file has a map with the key 'stages'"
                          : fmt::format("a pipeline file is a map with keys like 'vars' and "
                                        "'stages', got {}",
                                        describe(*document)));
      document.reset();
    }
    if (!document) program_.missing = {true, true, true};
    if (document) {
      check_document(*document, in_group, program_.missing, problems_);
      if (const Node* includes = find(*document, "include"))
        for (const Node& item : includes->list) include(item, file, in_group);
      (in_group ? group_layers_ : layers_).push_back({std::move(*document), file.parent_path()});
    }
    open_.pop_back();
  }

  void include(const Node& item, const fs::path& from, bool in_group) {
    const std::string& name = item.scalar.as_string();
    const fs::path wanted = from.parent_path() / name;
    const fs::path file = existing_file(wanted);
    if (file.empty()) {
      const auto near = files_in(wanted.parent_path().empty() ? "." : wanted.parent_path());
      return complain(item.at, fmt::format("there is no file '{}'{}", tidied(wanted).string(),
                                           near_names(wanted.stem().string(), near)));
    }
    try {
      const FileIdentity identity = identity_of(file);
      if (const std::string circle = circle_to(identity); !circle.empty())
        return complain(item.at, fmt::format("files include each other in a circle: {}", circle));
      if (int(open_.size()) >= kDeepest)
        return complain(item.at, "files include each other deeper than 100 levels");
      add(read_source(file), file, identity, in_group);
    } catch (const Error& error) {
      complain(item.at, error.what());
    }
  }

  // "a.yaml -> b.yaml -> a.yaml" where the file is being read already, else "".
  std::string circle_to(FileIdentity identity) const {
    const auto open = std::find_if(open_.begin(), open_.end(),
                                   [&](const Open& file) { return file.identity == identity; });
    std::string circle;
    for (auto it = open; it != open_.end(); ++it) circle += it->file.filename().string() + " -> ";
    return open == open_.end() ? "" : circle + open->file.filename().string();
  }

  // Of a file that is not there, with all that it would bring.
  void complain(const Position& at, std::string message) {
    problems_.add(at, std::move(message));
    program_.missing = {true, true, true};
  }

  void collect_groups() {
    for (const Layer& layer : layers_) {
      const Node* groups = find(layer.node, "groups");
      if (!groups) continue;
      for (const Node::Entry& entry : groups->entries) {
        Group& group = groups_[entry.key];
        group.choice = entry.value.scalar.as_string();
        group.at = entry.value.at;
        group.folders.insert(group.folders.begin(), layer.folder);
      }
    }
  }

  void check_names_of_vars(const std::vector<Layer>& layers) {
    for (const Layer& layer : layers)
      if (const Node* vars = find(layer.node, "vars"))
        for (const Node::Entry& var : vars->entries)
          if (groups_.count(var.key))
            problems_.add(var.key_at, fmt::format("'{}' is a group too; a var needs another name, "
                                                  "since both are set by {}=…",
                                                  var.key, var.key));
  }

  void choose_groups() {
    for (auto& [name, group] : groups_) {
      if (const Node* chosen = overrides_.take(name)) {
        group.at = chosen->at;
        if (chosen->is_list || chosen->is_map || !is_name(scalar_text(chosen->scalar)) ||
            chosen->scalar.is_null()) {
          complain(chosen->at, fmt::format("group '{}': expected the name of a choice (letters, "
                                           "digits, _ and -), got {}",
                                           name, describe(*chosen)));
          continue;
        }
        group.choice = scalar_text(chosen->scalar);
      }
      program_.groups[name] = group.choice;
      read_choice(name, group);
    }
  }

  void read_choice(const std::string& name, const Group& group) {
    std::vector<std::string> near;
    std::string places;
    for (const fs::path& folder : group.folders) {
      const fs::path choices = folder / "groups" / name;
      if (const fs::path file = existing_file(choices / (group.choice + ".yaml")); !file.empty()) {
        try {
          add(read_source(file), file, identity_of(file), true);
        } catch (const Error& error) {
          complain(group.at, error.what());
        }
        return;
      }
      for (std::string& found : files_in(choices)) near.push_back(std::move(found));
      const std::string place = tidied(choices).string();
      if (places.find(place) == std::string::npos) places += (places.empty() ? "" : ", ") + place;
    }
    complain(group.at, fmt::format("group '{}' has no choice '{}' in {}{}", name, group.choice,
                                   places, near_names(group.choice, near)));
  }

  // Takes what the layer holds.
  void lay_over(Layer& layer) {
    for (Node::Entry& part : layer.node.entries) {
      if (part.key == "description") program_.description = part.value.scalar.as_string();
      if (part.key == "vars")
        for (Node::Entry& var : part.value.entries) lay_over_var(std::move(var));
      if (part.key == "stages")
        for (Node::Entry& stage : part.value.entries) lay_over_stage(std::move(stage));
    }
  }

  void lay_over_var(Node::Entry&& var) {
    const auto [below, is_new] = var_index_.emplace(var.key, program_.vars.size());
    if (is_new) program_.vars.push_back(std::move(var));
    else program_.vars[below->second] = std::move(var);
  }

  // A stage that is taken out leaves its name with no map behind it until all files are laid over.
  void lay_over_stage(Node::Entry&& stage) {
    const auto [index, is_new] = stage_index_.emplace(stage.key, program_.stages.size());
    if (is_new) program_.stages.push_back({stage.key, stage.key_at, Node()});
    Node::Entry& below = program_.stages[index->second];
    if (!stage.value.is_map && !below.value.is_map && !program_.missing.parts)
      problems_.add(stage.key_at,
                    fmt::format("stage '{}' is empty, which takes out a stage of an included file, "
                                "but none has it; write 'use: component'",
                                stage.key));
    if (stage.value.is_map && below.value.is_map) merge_stage(below, stage);
    else below = std::move(stage);
  }

  void drop_what_is_taken_out() {
    std::vector<Node::Entry>& stages = program_.stages;
    stages.erase(std::remove_if(stages.begin(), stages.end(),
                                [](const Node::Entry& stage) { return !stage.value.is_map; }),
                 stages.end());
  }

  void set_vars() {
    for (Node::Entry& var : program_.vars)
      if (const Node* value = overrides_.take(var.key)) {
        var.value = *value;
        var.key_at = value->at;
      }
  }

  Overrides& overrides_;
  Problems& problems_;
  Program program_;
  std::vector<Layer> layers_, group_layers_;  ///< the lowest first
  std::map<std::string, Group> groups_;
  std::unordered_map<std::string, std::size_t> var_index_, stage_index_;
  fs::path home_;  ///< the pipeline file's folder
  std::set<FileIdentity> seen_;
  std::vector<Open> open_;  ///< files being read, the outermost first
};

}  // namespace

Program read_files(const fs::path& file, Overrides& overrides, Problems& problems) {
  return Reader(overrides, problems).read(file);
}

}  // namespace pipeline::config
