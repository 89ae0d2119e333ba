#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "config/config.h"
#include "pipeline/stage.h"
#include "plan/registry.h"

namespace pipeline::plan {

/// A stage with its component made, its parameters set, its ports wired and preflighted.
struct CheckedStage {
  struct Wire {
    InputPort* port;
    std::size_t producer;  ///< index into CheckedPipeline::stages
    std::string output;    ///< of the producer
  };
  const config::Stage* config = nullptr;
  std::unique_ptr<RecordingFactory> components;
  std::unique_ptr<Stage> stage;
  Declaration declaration;
  std::vector<Wire> inputs;
  std::vector<std::size_t> consumers;  ///< each once, ascending
  Dependencies dependencies;           ///< its own, and those of all its components

  const std::string& name() const { return config->name; }
};

/// The stage's preflight, and what follows from it: its outputs' promises hold, and what it depends
/// on is known. Error for a promise that was not made, or cannot be kept.
void preflight(CheckedStage& stage);

/// A pipeline that nothing is known to be wrong with.
struct CheckedPipeline {
  config::Pipeline config;
  std::vector<CheckedStage> stages;  ///< producers before their consumers
  /// Error, with the nearest name, if there is none.
  std::size_t index_of(const std::string& stage) const;
};

/// The stage with a component that nobody has used: made, set, wired and preflighted like the
/// first. Every attempt at computing a stage takes one, so that none meets what another left
/// behind. May be called by several threads. Error for what was not so when the pipeline was
/// checked, such as a file that has gone.
CheckedStage made_anew(const CheckedStage& stage);

/// Looks up components, sets parameters, wires ports, finds cycles, and carries types and shapes
/// through the whole graph. Executes nothing. Throws config::Errors with everything that is wrong,
/// the pipeline's own problems among it.
CheckedPipeline check(config::Pipeline pipeline, Registry& registry);

}  // namespace pipeline::plan
