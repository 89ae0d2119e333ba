#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "cache/store.h"
#include "run/observer.h"

namespace pipeline::run {

/// Writes what a person looks at into a run's folder: figures as <stage>.<extension>, texts as
/// <stage>.txt, scalars together as metrics.json. With several such outputs on a stage the port's
/// name is added: <stage>_<port>.png.
class Exporter {
 public:
  /// The folder `<root>/<UTC time>` is made once there is something to write.
  Exporter(std::filesystem::path root, const cache::Store& store);
  /// True if the action has an output that is exported.
  static bool exports(const cache::Record& record);
  /// Throws cache::Damaged, and Error where the folder cannot be written.
  void write(const std::string& stage, const cache::Record& record);
  const std::vector<Metric>& metrics() const { return metrics_; }
  /// Writes metrics.json and points `<root>/latest` to the folder; "" if nothing was exported.
  std::filesystem::path finish();

 private:
  void put(const std::string& name, std::string_view bytes);

  std::filesystem::path root_, folder_;
  const cache::Store& store_;
  std::vector<Metric> metrics_;
};

}  // namespace pipeline::run
