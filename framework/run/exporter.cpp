#include "run/exporter.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <type_traits>
#include <utility>

#include "cache/identity.h"
#include "cache/time.h"
#include "pipeline/elements.h"
#include "plan/exports.h"
#include "run/csv.h"

namespace pipeline::run {
namespace fs = std::filesystem;
namespace {

// A whole number stays one, as far as a Value holds it.
Value to_value(const Array& scalar) {
  return with_elements(scalar, [](auto values) {
    const auto value = values[0];
    if constexpr (std::is_integral_v<decltype(value)>)
      if (std::in_range<std::int64_t>(value)) return Value(std::int64_t(value));
    return Value(double(value));
  });
}

// Two runs may begin in one second: the folder's name then gets a number.
fs::path make_folder(const fs::path& root) {
  constexpr std::size_t kToTheSecond = 19;
  std::string time = cache::utc_now().substr(0, kToTheSecond) + "Z";
  std::replace(time.begin(), time.end(), ':', '-');  // which some systems' names may not have
  try {
    fs::create_directories(root);
    for (int i = 1;; ++i) {
      const fs::path folder = root / (i == 1 ? time : fmt::format("{}-{}", time, i));
      if (fs::create_directory(folder)) return folder;
    }
  } catch (const fs::filesystem_error& error) {
    throw Error(
        fmt::format("cannot make the folder for exports, '{}': {}; choose another with --out",
                    root.string(), error.code().message()));
  }
}

}  // namespace

Exporter::Exporter(fs::path root, const cache::Store& store,
                   const std::vector<config::Stage>& stages)
    : root_(std::move(root)), store_(store) {
  for (const config::Stage& stage : stages) places_.emplace(stage.name, places_.size());
}

void Exporter::require_writable() const {
  std::error_code problem;
  fs::create_directories(root_, problem);
  if (!problem && access(root_.c_str(), W_OK | X_OK) != 0)
    problem = std::error_code(errno, std::generic_category());
  if (problem)
    throw Error(fmt::format("cannot write exports to '{}': {}; choose another folder with --out",
                            root_.string(), problem.message()));
}

void Exporter::write(const std::string& stage, const cache::Record& record) {
  struct File {
    std::string port, extension, bytes;
  };
  std::vector<File> files;
  std::map<std::string, int> of_extension;
  for (const auto& [port, output] : record.outputs) {
    if (!plan::is_exported(output)) continue;
    cache::PendingChecks pending;
    const Artifact artifact = store_.load(record, port, pending);
    std::map<std::string, std::string> contents;  // by extension
    std::optional<Value> metric;
    if (output.type == "figure") {
      contents = ArtifactCodec<Figure>::decode(artifact).files;
    } else if (output.type == "text") {
      Text text = ArtifactCodec<Text>::decode(artifact);
      contents[text.extension] = std::move(text.text);
    } else if (output.type == "table") {
      contents["csv"] = csv_of(ArtifactCodec<Table>::decode(artifact));
    } else {
      metric = to_value(artifact.arrays.at(""));
    }
    pending.wait();  // all of it has been read by now
    for (auto& [extension, bytes] : contents) {
      ++of_extension[extension];
      files.push_back({port, extension, std::move(bytes)});
    }
    if (metric) metrics_[{places_.at(stage), port}] = {stage + "." + port, std::move(*metric)};
  }
  for (const File& file : files) {
    std::string name = stage + "." + file.extension;
    // The second is the name of the scalars' file.
    if (of_extension[file.extension] > 1 || name == "metrics.json")
      name = fmt::format("{}.{}.{}", stage, file.port, file.extension);
    put(name, file.bytes);
  }
}

std::vector<Metric> Exporter::metrics() const {
  std::vector<Metric> metrics;
  for (const auto& [place, metric] : metrics_) metrics.push_back(metric);
  return metrics;
}

fs::path Exporter::write_left(const std::string& stage, const std::string& name,
                              const Table& table) {
  const std::string file = fmt::format("{}.{}.csv", stage, name);
  put(file, csv_of(table));
  return folder_ / file;
}

// Under its name there is a whole file or none: a disk that is full leaves no half of one behind.
void Exporter::put(const std::string& name, std::string_view bytes) {
  if (folder_.empty()) folder_ = make_folder(root_);
  const fs::path file = folder_ / name, unfinished = folder_ / ".unfinished";
  std::ofstream out(unfinished, std::ios::binary);
  out.write(bytes.data(), std::streamsize(bytes.size()));
  out.close();
  std::error_code problem;
  if (!out) problem = std::error_code(errno, std::generic_category());
  else fs::rename(unfinished, file, problem);
  if (!problem) return;
  std::error_code ignored;
  fs::remove(unfinished, ignored);
  throw Error(fmt::format("cannot write '{}': {}", file.string(), problem.message()));
}

fs::path Exporter::finish() {
  if (!metrics_.empty()) {
    // A Value's keys are sorted, and the pipeline's order says more.
    std::string text;
    for (const auto& [place, metric] : metrics_)
      text += fmt::format("{}  {}: {}", text.empty() ? "{\n" : ",\n", Value(metric.first).to_json(),
                          metric.second.to_json());
    put("metrics.json", text + "\n}\n");
  }
  if (folder_.empty()) return "";
  const fs::path link = root_ / (".latest." + cache::unique_name());
  std::error_code problem;
  fs::remove(link, problem);
  fs::create_directory_symlink(folder_.filename(), link, problem);
  if (!problem) fs::rename(link, root_ / "latest", problem);
  if (!problem) return folder_;
  std::error_code ignored;
  fs::remove(link, ignored);
  throw Error(fmt::format("cannot point '{}' to the run's folder: {}", (root_ / "latest").string(),
                          problem.message()));
}

}  // namespace pipeline::run
