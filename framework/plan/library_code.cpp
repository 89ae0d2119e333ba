#include "plan/library_code.h"

#include <fmt/format.h>
#include <link.h>

#include "pipeline/error.h"

namespace pipeline::plan {
namespace fs = std::filesystem;

bool is_system_library(const fs::path& file) {
  auto folder = file.begin();
  if (folder == file.end() || *folder++ != "/") return false;
  if (folder != file.end() && *folder == "usr") ++folder;
  return folder != file.end() && std::next(folder) != file.end() &&
         (*folder == "lib" || *folder == "lib32" || *folder == "lib64" || *folder == "libx32");
}

void LibraryCode::collect(const std::string& name, const fs::path& file, Value::Map& code) {
  if (code.count(name)) return;
  const ElfInfo& elf = read(file);
  if (elf.build_id.empty())
    throw Error(
        fmt::format("{} has no build id, by which its code could be told from another's; "
                    "link it with -Wl,--build-id=sha1",
                    file.string()));
  code[name] = elf.build_id;
  for (const std::string& needed : elf.needed) {
    const std::string library = fs::path(needed).filename();  // linked by a path: without soname
    if (const fs::path found = find_loaded(library); !found.empty()) collect(library, found, code);
  }
}

void LibraryCode::look_around() {
  dl_iterate_phdr(
      [](dl_phdr_info* info, std::size_t, void* data) {
        const fs::path file(info->dlpi_name);
        if (!file.empty())
          static_cast<std::map<std::string, fs::path>*>(data)->emplace(file.filename(), file);
        return 0;
      },
      &loaded_);
}

// By file name or, where no file has it, by soname; "" for one of the system's.
fs::path LibraryCode::find_loaded(const std::string& name) {
  if (const auto found = loaded_.find(name); found != loaded_.end())
    return counts_as_code(name, found->second) ? found->second : fs::path();
  for (const auto& [file_name, file] : loaded_)
    if (counts_as_code(file_name, file) && soname_of(file) == name) return file;
  return {};
}

// A system library's update may not throw away every result; one of ours, or of a plugin's author,
// must.
bool LibraryCode::counts_as_code(const std::string& name, const fs::path& file) {
  if (name.starts_with("libpipeline-")) return true;
  const auto [known, is_new] = of_the_system_.emplace(file, false);
  if (is_new) known->second = is_system_library(fs::weakly_canonical(file));
  return !known->second;
}

std::string LibraryCode::soname_of(const fs::path& file) {
  try {
    return read(file).soname;
  } catch (const Error&) {
    return "";  // the kernel's own, which is no file
  }
}

const ElfInfo& LibraryCode::read(const fs::path& file) {
  const auto known = read_.find(file);
  return known != read_.end() ? known->second : read_.emplace(file, read_elf(file)).first->second;
}

}  // namespace pipeline::plan
