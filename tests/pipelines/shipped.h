#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "support/run_events.h"

namespace pipeline::testing {

/// A pipeline of this tree.
inline std::string shipped(const std::string& name) {
  return (source_folder() / "pipelines" / (name + ".yaml")).string();
}

/// What makes vae_conv.yaml a matter of a second or two, on data that needs no files.
inline std::vector<std::string> small_vae_conv() {
  return {shipped("vae_conv"), "data=digits",   "train_count=320", "test_count=112",
          "epochs=2",          "perplexity=10", "embed.n_iter=250"};
}

/// The exported files by name, without what tells the time.
inline std::map<std::string, std::string> exports_in(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& file : std::filesystem::directory_iterator(folder))
    files[file.path().filename().string()] = read_file(file.path());
  return files;
}

}  // namespace pipeline::testing
