#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cache/store.h"
#include "plan/checked_pipeline.h"
#include "plan/files.h"

namespace pipeline::plan {

/// What an action's key is made of.
struct KeyParts {
  /// By name: format, component, code (build ids by library), params (canonical, defaults filled
  /// in, a file as its content's digest and its extension) and inputs (digests by port, of a list
  /// each with the foreach values of its stage); where the stage declares some, environment (values
  /// by variable), files (see key_value(), by what they are), machine (see machine.h) and occasion.
  Value value;
  /// Of all the files, as they went into `value`.
  FileDigests files;
};

/// `inputs` are the digests of the artifacts on the stage's input ports. Files may have to be read:
/// Cancelled once `cancelled` says so. `occasion` tells a run from every other: the result of a
/// stage that is never cached belongs to it, and to that stage, alone.
KeyParts key_parts(const CheckedStage& stage, const std::map<std::string, cache::Digest>& inputs,
                   cache::Store& store, const std::function<bool()>& cancelled = {},
                   const std::string& occasion = {});

/// SHA-256 over the parts' canonical JSON.
cache::Digest key_of(const Value& parts);

/// What differs between the parts of an earlier key and of a later one, a line an item:
/// "with.epochs: 50 -> 60", "input 'x': other content", "code of layers.so". `wiring` names the
/// producer's port of each input.
std::vector<std::string> differences(const Value& before, const Value& after,
                                     const std::map<std::string, std::string>& wiring = {});

}  // namespace pipeline::plan
