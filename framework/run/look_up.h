#pragma once
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "cache/identity.h"
#include "cache/store.h"
#include "plan/checked_pipeline.h"
#include "plan/key.h"

namespace pipeline::run {

/// What is wrong with a stored file.
struct Damage {
  std::string what;
  bool unavailable = false;  ///< only that it cannot be had now
};

/// What the cache has of a stage.
struct LookUp {
  cache::Digest key;
  plan::KeyParts parts;
  std::optional<cache::Record> record;  ///< without its parts
  /// The stored file is there and, as far as was looked, what was written.
  bool there = false;
  std::optional<Damage> damage;  ///< what was found wrong with it
};

/// How far a stored file that may be handed out is looked at.
enum class Check {
  structure,  ///< its size, and the checksum of all but the arrays' values
  all,        ///< every byte
};

/// Makes keys and looks at what is stored under them. Its calls are thread-safe.
class Finder {
 public:
  /// `reach` is told each key before it is looked for, so that gc keeps what is found.
  Finder(cache::Store& store, Check check, std::function<void(const cache::Digest&)> reach)
      : store_(store), check_(check), reach_(std::move(reach)), run_(cache::unique_name()) {}

  /// By the digests on the stage's inputs. None where a file would have to be read for it.
  std::optional<LookUp> at_once(const plan::CheckedStage& stage,
                                const std::map<std::string, cache::Digest>& inputs) const;
  /// Reads what has to be read; Cancelled once `cancelled` says so.
  LookUp find(const plan::CheckedStage& stage, const std::map<std::string, cache::Digest>& inputs,
              const std::function<bool()>& cancelled) const;
  /// What the stage's key is made of, once more. Error where that makes another key by now.
  plan::KeyParts parts_again(const plan::CheckedStage& stage,
                             const std::map<std::string, cache::Digest>& inputs,
                             const cache::Digest& key) const;

 private:
  LookUp find_by_key(const plan::CheckedStage& stage, plan::KeyParts parts) const;

  cache::Store& store_;
  const Check check_;
  const std::function<void(const cache::Digest&)> reach_;
  const std::string run_;  ///< tells this one from every other
};

}  // namespace pipeline::run
