#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "cache/store.h"
#include "config/config.h"
#include "pipeline/artifact.h"
#include "run/observer.h"

namespace pipeline::run {

/// Writes what a person looks at into a run's folder: figures and texts as <stage>.<extension>,
/// tables as <stage>.csv, scalars together as metrics.json, in the order of the pipeline's stages.
/// Where a stage has several outputs with one extension the port's name is added:
/// <stage>.<port>.png.
class Exporter {
 public:
  /// The folder `<root>/<UTC time>` is made once there is something to write.
  Exporter(std::filesystem::path root, const cache::Store& store,
           const std::vector<config::Stage>& stages);
  /// Error if the root cannot be made or written to.
  void require_writable() const;
  /// Throws cache::Damaged, and Error where the folder cannot be written.
  void write(const std::string& stage, const cache::Record& record);
  /// What a stage that failed has left to be looked at: <stage>.<name>.csv. Error as above.
  std::filesystem::path write_left(const std::string& stage, const std::string& name,
                                   const Table& table);
  std::vector<Metric> metrics() const;  ///< in the order of the stages, and by port
  /// Writes metrics.json and points `<root>/latest` to the folder; "" if nothing was exported.
  std::filesystem::path finish();

 private:
  void put(const std::string& name, std::string_view bytes);

  std::filesystem::path root_, folder_;
  const cache::Store& store_;
  std::map<std::string, std::size_t> places_;  ///< of the stages in the pipeline
  std::map<std::pair<std::size_t, std::string>, Metric> metrics_;  ///< by stage's place and port
};

}  // namespace pipeline::run
