#include "run/loaded_inputs.h"

#include <algorithm>
#include <system_error>

namespace pipeline::run {

LoadedInputs::~LoadedInputs() {
  stopping_ = true;
  if (checker_.joinable()) checker_.join();
  for (const auto& wire : stage_.inputs) wire.port->unload();
}

Artifact LoadedInputs::load(const std::string& port, const cache::Record& record,
                            const std::string& output, const cache::Store& store) {
  return store.load(record, output, pending_[port]);
}

void LoadedInputs::begin_checks(std::function<void()> undamaged) {
  const bool any = std::any_of(pending_.begin(), pending_.end(),
                               [](const auto& checks) { return !checks.second.empty(); });
  if (!any) return undamaged();
  try {
    checker_ = std::thread([this, undamaged = std::move(undamaged)] {
      for (const auto& [port, checks] : pending_) checks.run([this] { return !stopping_; });
      if (!stopping_ && !damage()) undamaged();
    });
  } catch (const std::system_error&) {
    // Where no thread can be had, the checks are made when their outcome is asked for.
  }
}

void LoadedInputs::require_undamaged() const {
  for (const auto& [port, checks] : pending_) checks.wait();
}

std::optional<DamagedInput> LoadedInputs::damage() const {
  for (const auto& [port, checks] : pending_) try {
      checks.wait();
    } catch (const cache::Damaged& damaged) {
      return DamagedInput{port, damaged.what()};
    }
  return std::nullopt;
}

}  // namespace pipeline::run
