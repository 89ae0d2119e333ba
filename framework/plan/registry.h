#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/plugin.h"

namespace pipeline::plan {

class LibraryCode;

/// A plugin's file as it was found, loaded or not; or a folder in which none can be found.
struct Plugin {
  std::filesystem::path file;   ///< as its folder was named
  std::filesystem::path place;  ///< the same, absolute
  std::string name;             ///< the file's stem until the plugin has been loaded
  std::string version;
  std::string problem;  ///< why it could not be loaded; "" if it was
  /// Build ids by library: the plugin's own, and those of the libraries it links that are this
  /// project's or stand outside the system's folders. They are its part of a key.
  Value::Map code;
  std::vector<std::pair<std::string, std::string>> components;  ///< (kind, id), sorted
};

/// Every component of every plugin, by kind and id. A plugin that cannot be loaded is listed with
/// its problem and stops nobody else.
class Registry : public ComponentFactory {
 public:
  /// The folders of PIPELINE_PLUGIN_PATH (separated by ':'), then the program's own if it is there.
  static std::vector<std::filesystem::path> default_folders();

  /// Loads every .so in the folders, in the order of their names. A folder that is not there is
  /// listed with its problem.
  explicit Registry(const std::vector<std::filesystem::path>& folders);
  ~Registry() override;

  const std::vector<Plugin>& plugins() const { return plugins_; }
  std::vector<std::string> kinds() const;
  std::vector<std::string> ids(std::string_view kind) const override;
  /// The plugin that brings the component, or null.
  const Plugin* provider(std::string_view kind, std::string_view id) const;
  /// " (plugin 'x' could not be loaded: …)" where some could not, to stand behind a message about a
  /// component that is missing.
  std::string broken_note() const;

 protected:
  /// Error, with the nearest id and what could not be loaded, if there is no such component.
  std::unique_ptr<Component> create(std::string_view kind, std::string_view id) override;

 private:
  struct Library;
  struct Entry {
    std::size_t plugin;
    const ComponentEntry* component;
  };
  void load(Plugin& plugin);
  void add_components(std::size_t index, const ComponentEntry* list);

  std::vector<Plugin> plugins_;
  std::map<std::pair<std::string, std::string>, Entry> entries_;
  std::vector<std::unique_ptr<Library>> libraries_;
  std::unique_ptr<LibraryCode> code_;
};

/// Passes on to a registry and remembers which plugins had a part in what was made, and what those
/// components depend on: it belongs into the key of the stage that uses them.
class RecordingFactory : public ComponentFactory {
 public:
  explicit RecordingFactory(Registry& registry) : registry_(registry) {}
  std::vector<std::string> ids(std::string_view kind) const override { return registry_.ids(kind); }
  const std::set<const Plugin*>& used() const { return used_; }
  const Dependencies& dependencies() const { return dependencies_; }
  /// For the stage itself, whose dependencies are asked for when its preflight has been.
  using ComponentFactory::make_unset;
  /// From now on, making a component of a plugin not used so far, or one that depends on more, is
  /// an Error: the key is made.
  void seal() { sealed_ = true; }
  bool sealed() const { return sealed_; }
  /// Another one on the same registry, sealed with what this one has used.
  std::unique_ptr<RecordingFactory> sealed_copy() const;

 protected:
  std::unique_ptr<Component> create(std::string_view kind, std::string_view id) override;
  void finished(Component& component) override;

 private:
  Registry& registry_;
  std::set<const Plugin*> used_;
  Dependencies dependencies_;
  bool sealed_ = false;
};

}  // namespace pipeline::plan
