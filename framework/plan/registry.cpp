#include "plan/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <cstdlib>

#include "pipeline/paths.h"
#include "plan/elf.h"
#include "plan/foreign_code.h"
#include "plan/library_code.h"

namespace pipeline::plan {
namespace fs = std::filesystem;
namespace dll = boost::dll;

struct Registry::Library {
  dll::shared_library handle;
};

namespace {

constexpr const char* kSymbol = "pipeline_plugin";

// Two plugins of one file name, in two folders, stay apart in a key that both are part of.
std::string code_name(const Plugin& plugin) {
  const std::string file = plugin.file.filename();
  return plugin.name == plugin.file.stem() ? file : fmt::format("{} ({})", plugin.name, file);
}

void check(const PluginDescriptor& descriptor) {
  if (descriptor.magic != kPluginMagic) throw Error("its descriptor is not one of a plugin");
  if (descriptor.sdk_version != kSdkVersion || descriptor.size != sizeof(PluginDescriptor))
    throw Error(
        fmt::format("it was built for version {} of the SDK, this program has version {}; "
                    "build it again",
                    descriptor.sdk_version, kSdkVersion));
  if (std::string_view(descriptor.toolchain) != kToolchain)
    throw Error(
        fmt::format("it was built with [{}], this program with [{}]; build it again with "
                    "the same compiler",
                    descriptor.toolchain, kToolchain));
}

/// The .so files of a folder, sorted; returns what is wrong with it, or "".
std::string find_libraries(const fs::path& folder, std::vector<fs::path>& files) {
  std::error_code problem;
  if (!fs::is_directory(folder, problem))
    return "there is no such folder; PIPELINE_PLUGIN_PATH names it";
  fs::directory_iterator entry(folder, problem);
  for (; !problem && entry != fs::directory_iterator(); entry.increment(problem))
    if (entry->path().extension() == ".so") files.push_back(entry->path());
  std::sort(files.begin(), files.end());
  return problem ? fmt::format("the folder cannot be read: {}", problem.message()) : "";
}

}  // namespace

std::vector<fs::path> Registry::default_folders() {
  std::vector<fs::path> folders;
  if (const char* path = std::getenv("PIPELINE_PLUGIN_PATH")) {
    std::string_view rest = path;
    while (!rest.empty()) {
      const auto end = std::min(rest.find(':'), rest.size());
      if (end > 0) folders.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  const fs::path program = dll::program_location();
  std::error_code ignored;
  for (const char* way : {PIPELINE_PLUGINS_FROM_BIN, PIPELINE_PLUGINS_FROM_BUILT_BIN}) {
    const fs::path folder = tidied(program.parent_path() / way);
    if (!fs::is_directory(folder, ignored)) continue;
    folders.push_back(folder);
    break;
  }
  return folders;
}

Registry::Registry(const std::vector<fs::path>& folders) : code_(std::make_unique<LibraryCode>()) {
  std::set<fs::path> seen;
  for (const fs::path& folder : folders) {
    std::vector<fs::path> files;
    if (const std::string problem = find_libraries(folder, files); !problem.empty())
      plugins_.push_back({folder, folder, folder.string(), "", problem, {}, {}});
    std::error_code ignored;
    for (const fs::path& file : files)
      if (seen.insert(fs::weakly_canonical(file, ignored)).second)
        plugins_.push_back({file, fs::absolute(file), file.stem(), "", "", {}, {}});
  }
  for (Plugin& plugin : plugins_) {
    if (!plugin.problem.empty()) continue;
    try {
      load(plugin);
    } catch (const std::exception& error) {
      plugin.problem = error.what();
    }
  }
}

Registry::~Registry() = default;

void Registry::load(Plugin& plugin) {
  read_elf(plugin.place);
  auto library = std::make_unique<Library>();
  {
    const ForeignCode now(ForeignCode::Doing::loading, plugin.file.native());
    library->handle.load(plugin.place, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  }
  if (!library->handle.has(kSymbol))
    throw Error(
        fmt::format("it exports no symbol '{}'; does it end with PIPELINE_PLUGIN(…)?", kSymbol));
  const auto& descriptor = library->handle.get<const PluginDescriptor>(kSymbol);
  check(descriptor);
  plugin.name = descriptor.name;
  plugin.version = descriptor.version;
  for (const Plugin& other : plugins_)
    if (&other != &plugin && other.code.count(code_name(plugin)))
      throw Error(fmt::format("plugin '{}' was loaded from {} already; give one another name",
                              plugin.name, other.file.string()));
  code_->look_around();
  code_->collect(code_name(plugin), plugin.place, plugin.code);
  libraries_.push_back(std::move(library));
  add_components(std::size_t(&plugin - plugins_.data()), *descriptor.components);
}

void Registry::add_components(std::size_t index, const ComponentEntry* list) {
  std::set<std::pair<std::string, std::string>> own;
  for (const ComponentEntry* entry = list; entry; entry = entry->next) {
    if (!own.emplace(entry->kind, entry->id).second)
      throw Error(
          fmt::format("it has two of its {} '{}'; give one another name", entry->kind, entry->id));
    const auto taken = entries_.find({entry->kind, entry->id});
    if (taken != entries_.end())
      throw Error(fmt::format("its {} '{}' is one of {} already", entry->kind, entry->id,
                              plugins_[taken->second.plugin].file.string()));
  }
  Plugin& plugin = plugins_[index];
  for (const ComponentEntry* entry = list; entry; entry = entry->next) {
    entries_[{entry->kind, entry->id}] = {index, entry};
    plugin.components.emplace_back(entry->kind, entry->id);
  }
  std::sort(plugin.components.begin(), plugin.components.end());
}

std::vector<std::string> Registry::kinds() const {
  std::set<std::string> kinds;
  for (const auto& [name, entry] : entries_) kinds.insert(name.first);
  return {kinds.begin(), kinds.end()};
}

std::vector<std::string> Registry::ids(std::string_view kind) const {
  std::vector<std::string> ids;
  for (auto at = entries_.lower_bound({std::string(kind), ""});
       at != entries_.end() && at->first.first == kind; ++at)
    ids.push_back(at->first.second);
  return ids;
}

const Plugin* Registry::provider(std::string_view kind, std::string_view id) const {
  const auto found = entries_.find({std::string(kind), std::string(id)});
  return found == entries_.end() ? nullptr : &plugins_[found->second.plugin];
}

std::string Registry::broken_note() const {
  std::string note;
  for (const Plugin& plugin : plugins_)
    if (!plugin.problem.empty())
      note += fmt::format(" (plugin '{}' could not be loaded: {})", plugin.name, plugin.problem);
  return note;
}

std::unique_ptr<Component> Registry::create(std::string_view kind, std::string_view id) {
  const auto found = entries_.find({std::string(kind), std::string(id)});
  if (found == entries_.end())
    throw Error(
        fmt::format("there is no {} '{}'{}{}", kind, id, suggestion(id, ids(kind)), broken_note()));
  return found->second.component->make();
}

std::unique_ptr<RecordingFactory> RecordingFactory::sealed_copy() const {
  auto copy = std::make_unique<RecordingFactory>(registry_);
  copy->used_ = used_;
  copy->dependencies_ = dependencies_;
  copy->seal();
  return copy;
}

std::unique_ptr<Component> RecordingFactory::create(std::string_view kind, std::string_view id) {
  const Plugin* plugin = registry_.provider(kind, id);
  if (!plugin) return registry_.make(kind, id);  // says that there is none
  if (sealed_ && !used_.count(plugin))
    throw Error(
        fmt::format("{} '{}' of plugin '{}' is made while the stage runs, but was not in its "
                    "preflight, so that the key does not cover its code",
                    kind, id, plugin->name));
  if (!sealed_) used_.insert(plugin);
  return registry_.make(kind, id);
}

void RecordingFactory::finished(Component& component) {
  Declaration declaration;
  component.declare(declaration);
  if (const ParamBase* param = declaration.extendable())
    throw Error(fmt::format(
        "'{}' declares its parameter '{}' extendable, which only a stage can: it is the "
        "one that goes on from a state",
        component.id(), param->info().name));
  if (!sealed_) return dependencies_.add(declaration.dependencies());
  if (!dependencies_.covers(declaration.dependencies()))
    throw Error(
        fmt::format("'{}' is made while the stage runs, and depends on a file or an environment "
                    "variable that it did not depend on in preflight, so that the key does not "
                    "cover it",
                    component.id()));
}

}  // namespace pipeline::plan
