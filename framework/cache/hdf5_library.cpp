#include <dlfcn.h>
#include <fmt/format.h>

#include "cache/hdf5_file.h"
#include "pipeline/error.h"

namespace pipeline::cache {
namespace {

constexpr const char* kLibrary = "libpipeline-hdf5.so";

// Beside the SDK's library, which stands in the build folder's lib/ or the installation's. (A bare
// name would do but for the sanitizers, whose dlopen() forgets the caller's own search path.)
std::filesystem::path library_file() {
  Dl_info sdk{};
  if (!dladdr(reinterpret_cast<void*>(&nearest_name), &sdk) || !sdk.dli_fname) return kLibrary;
  return std::filesystem::path(sdk.dli_fname).parent_path() / kLibrary;
}

const Hdf5Functions& hdf5() {
  static const Hdf5Functions& functions = []() -> const Hdf5Functions& {
    void* library = dlopen(library_file().c_str(), RTLD_NOW | RTLD_LOCAL);
    void* symbol = library ? dlsym(library, kHdf5Symbol) : nullptr;
    if (!symbol)
      throw Error(
          fmt::format("cannot load {}, with which results are stored: {}", kLibrary, dlerror()));
    return *static_cast<const Hdf5Functions*>(symbol);
  }();
  return functions;
}

}  // namespace

std::unique_ptr<FileLayout> lay_out(const Value::Map& provenance,
                                    const std::map<std::string, Artifact>& outputs) {
  return hdf5().lay_out(provenance, outputs);
}

std::vector<std::string> differences_from_hdf5(const std::filesystem::path& file,
                                               const std::map<std::string, StoredOutput>& outputs) {
  return hdf5().differences(file, outputs);
}

}  // namespace pipeline::cache
