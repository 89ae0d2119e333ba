#pragma once
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cache/store.h"
#include "plan/checked_pipeline.h"
#include "plan/extension.h"
#include "plan/key.h"
#include "run/cancellation.h"
#include "run/observer.h"

namespace pipeline::run {

/// Everything that computing one action takes, whoever computes it.
struct Action {
  const plan::CheckedStage* stage = nullptr;  ///< to be made anew by each attempt
  std::string pipeline;
  cache::Digest key;
  Value parts;
  plan::FileDigests files;                         ///< that the key covers
  std::map<std::string, cache::Record> producers;  ///< by input port
  std::map<std::string, std::string> outputs;      ///< the producer's port, by input port
  int threads = 1;
};

/// How it went.
struct Finished {
  cache::Record record;
  bool computed = true;  ///< false: another run had it by the time we could begin
  double seconds = 0;
  std::optional<plan::Extension> extends{};  ///< what it went on from
};
struct Failed {
  std::string message;
  std::vector<std::string> log;
  double seconds = 0;
  std::map<std::string, Table> left = {};  ///< see Context::leave_if_failed()
};
struct Interrupted {};
/// An input turned out to be damaged in the cache.
struct DamagedInput {
  std::string port;
  std::string message;
  /// Its producer has to be looked to; false where a second look found it as it should be.
  bool lost = false;
};
using Outcome = std::variant<Finished, Failed, Interrupted, DamagedInput>;

/// Takes the key's lock, makes the stage anew, loads its inputs, runs it and stores its outputs.
/// `observer` hears of progress, log lines and that the inputs are undamaged. Throws nothing.
Outcome compute(const Action& action, cache::Store& store, const Cancellation& cancellation,
                Observer& observer);

}  // namespace pipeline::run
