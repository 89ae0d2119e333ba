#include "plan/registry.h"

#include <fmt/format.h>
#include <link.h>

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>
#include <boost/dll/shared_library.hpp>
#include <cstdlib>

#include "plan/elf.h"

namespace pipeline::plan {
namespace fs = std::filesystem;
namespace dll = boost::dll;

struct Registry::Library {
  dll::shared_library handle;
};

namespace {

constexpr const char* kSymbol = "pipeline_plugin";

/// Where the libraries of this process were loaded from, by file name.
std::map<std::string, fs::path> loaded_libraries() {
  std::map<std::string, fs::path> libraries;
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        const fs::path file(info->dlpi_name);
        if (!file.empty())
          static_cast<std::map<std::string, fs::path>*>(data)->emplace(file.filename(), file);
        return 0;
      },
      &libraries);
  return libraries;
}

// A system library's update may not throw away every result; one of ours, or of a plugin's author,
// must.
bool counts_as_code(const std::string& soname, const fs::path& file) {
  if (soname.starts_with("libpipeline-")) return true;
  const std::string folder = fs::weakly_canonical(file).string();
  return !folder.starts_with("/usr/lib") && !folder.starts_with("/lib");
}

void collect_code(const std::string& name, const fs::path& file,
                  const std::map<std::string, fs::path>& loaded, Value::Map& code) {
  if (code.count(name)) return;
  const ElfInfo elf = read_elf(file);
  if (elf.build_id.empty())
    throw Error(
        fmt::format("{} has no build id, by which its code could be told from another's; "
                    "link it with -Wl,--build-id=sha1",
                    file.string()));
  code[name] = elf.build_id;
  for (const std::string& soname : elf.needed) {
    const auto found = loaded.find(soname);
    if (found != loaded.end() && counts_as_code(soname, found->second))
      collect_code(soname, found->second, loaded, code);
  }
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
  const fs::path program = dll::program_location().string();
  folders.push_back((program.parent_path() / PIPELINE_PLUGINS_FROM_BIN).lexically_normal());
  return folders;
}

Registry::Registry(const std::vector<fs::path>& folders) {
  std::set<fs::path> seen;
  for (const fs::path& folder : folders) {
    std::vector<fs::path> files;
    std::error_code problem;
    for (const auto& file : fs::directory_iterator(folder, problem))
      if (file.path().extension() == ".so") files.push_back(file.path());
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files)
      if (seen.insert(fs::weakly_canonical(file, problem)).second)
        plugins_.push_back({file, file.stem(), "", "", {}, {}});
  }
  for (Plugin& plugin : plugins_) {
    try {
      load(plugin);
    } catch (const std::exception& error) {
      plugin.problem = error.what();
    }
  }
}

Registry::~Registry() = default;

void Registry::load(Plugin& plugin) {
  read_elf(plugin.file);
  auto library = std::make_unique<Library>();
  library->handle.load(boost::dll::fs::path(fs::absolute(plugin.file).string()),
                       dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  if (!library->handle.has(kSymbol))
    throw Error(
        fmt::format("it exports no symbol '{}'; does it end with PIPELINE_PLUGIN(…)?", kSymbol));
  const auto& descriptor = library->handle.get<const PluginDescriptor>(kSymbol);
  check(descriptor);
  plugin.name = descriptor.name;
  plugin.version = descriptor.version;
  collect_code(plugin.file.filename(), plugin.file, loaded_libraries(), plugin.code);
  libraries_.push_back(std::move(library));
  add_components(std::size_t(&plugin - plugins_.data()), *descriptor.components);
}

void Registry::add_components(std::size_t index, const ComponentEntry* list) {
  for (const ComponentEntry* entry = list; entry; entry = entry->next) {
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
  return found == entries_.end() ? nullptr : found->second.component->make();
}

std::unique_ptr<Component> RecordingFactory::create(std::string_view kind, std::string_view id) {
  const Plugin* plugin = registry_.provider(kind, id);
  if (!plugin) return nullptr;
  if (sealed_ && !used_.count(plugin))
    throw Error(
        fmt::format("{} '{}' of plugin '{}' is made while the stage runs, but was not in its "
                    "preflight, so that the key does not cover its code",
                    kind, id, plugin->name));
  used_.insert(plugin);
  return registry_.make(kind, id);
}

}  // namespace pipeline::plan
