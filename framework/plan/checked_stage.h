#pragma once
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
    InputPort* port;       ///< of an input that takes a list, the item's
    std::size_t producer;  ///< index into CheckedPipeline::stages
    std::string output;    ///< of the producer
    std::string input;     ///< the name in `in`
    std::size_t item = 0;  ///< of a list
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

/// The stage with a component that nobody has used: made, set, wired and preflighted like the
/// first. Every attempt at computing a stage takes one, so that none meets what another left
/// behind. May be called by several threads. Error for what was not so when the pipeline was
/// checked, such as a file that has gone.
CheckedStage made_anew(const CheckedStage& stage);

/// The stage's component with its parameters set; what is wrong with these becomes issues.
std::unique_ptr<Stage> make_stage(const config::Stage& config, RecordingFactory& components,
                                  std::vector<Issue>& issues);

/// The reference that the wire follows.
const config::Reference& reference_of(const CheckedStage& stage, const CheckedStage::Wire& wire);

/// The port of that name, or null.
template <class Port>
Port* port_of(const std::vector<Port*>& ports, const std::string& name) {
  for (Port* port : ports)
    if (port->info().name == name) return port;
  return nullptr;
}

}  // namespace pipeline::plan
