#pragma once
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "config/config.h"
#include "pipeline/error.h"

/// A folder of its own, and the working directory as long as it lives.
class Files {
 public:
  Files() : before_(std::filesystem::current_path()) {
    std::string name = (std::filesystem::temp_directory_path() / "config-XXXXXX").string();
    folder_ = std::filesystem::canonical(mkdtemp(name.data()));
    std::filesystem::current_path(folder_);
  }
  ~Files() {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(folder_);
  }
  Files(const Files&) = delete;

  const std::filesystem::path& folder() const { return folder_; }

  Files& write(const std::filesystem::path& name, const std::string& text) {
    const std::filesystem::path file = folder_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return *this;
  }

  pipeline::config::Pipeline load(const std::vector<std::string>& overrides = {},
                                  const std::string& file = "p.yaml") {
    return pipeline::config::load(file, overrides, {"pipelines"});
  }

  /// Everything that is wrong, as a user sees it; "" if nothing is.
  std::string errors(const std::vector<std::string>& overrides = {},
                     const std::string& file = "p.yaml") {
    try {
      load(overrides, file);
    } catch (const pipeline::config::Errors& errors) {
      return errors.what();
    } catch (const pipeline::Error& error) {
      return error.what();
    }
    return "";
  }

 private:
  std::filesystem::path before_, folder_;
};

/// The parameters of a stage, as JSON.
inline std::string with(const pipeline::config::Pipeline& pipeline, const std::string& stage) {
  for (const auto& candidate : pipeline.stages)
    if (candidate.name == stage) return candidate.with.value().to_json();
  return "no stage " + stage;
}

inline std::vector<std::string> names(const pipeline::config::Pipeline& pipeline) {
  std::vector<std::string> names;
  for (const auto& stage : pipeline.stages) names.push_back(stage.name);
  return names;
}

/// "p.yaml:3:5"
inline std::string place(const pipeline::config::Position& at) {
  return at.source->name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}
