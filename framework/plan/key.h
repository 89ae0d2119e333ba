#pragma once
#include <map>
#include <string>
#include <vector>

#include "cache/store.h"
#include "plan/checked_pipeline.h"

namespace pipeline::plan {

/// What an action's key is made of, by name: format, component, code (build ids by library), params
/// (canonical, defaults filled in, a file as its content's digest) and inputs (digests by port).
/// `inputs` are the digests of the artifacts on the stage's input ports.
Value key_parts(const CheckedStage& stage, const std::map<std::string, cache::Digest>& inputs,
                cache::Store& store);

/// SHA-256 over the parts' canonical JSON.
cache::Digest key_of(const Value& parts);

/// The files that the stage's parameters name.
std::vector<std::filesystem::path> files_of(const CheckedStage& stage);

/// What differs between the parts of an earlier key and of a later one, a line an item:
/// "with.epochs: 50 -> 60", "input 'x': other content", "code of layers.so". `wiring` names the
/// producer's port of each input.
std::vector<std::string> differences(const Value& before, const Value& after,
                                     const std::map<std::string, std::string>& wiring = {});

}  // namespace pipeline::plan
