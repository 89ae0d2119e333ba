#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "cache/digest.h"
#include "pipeline/artifact.h"

namespace pipeline::cache {

/// One output of an action, as its record tells: all that a consumer's key needs, and where the
/// bytes are.
struct StoredArray {
  DType dtype;
  Shape shape;
  std::uint64_t offset = 0, bytes = 0;  ///< in the file
  std::uint64_t checksum = 0;           ///< XXH3 of those bytes
};
struct StoredOutput {
  std::string type;
  Digest digest;
  Value::Map attributes;
  std::map<std::string, StoredArray> arrays;
};

/// An action's place in its family: the actions that differ in nothing but an extendable parameter
/// (Param::extendable()).
struct Extendable {
  std::string parameter;   ///< "epochs"
  std::int64_t value = 0;  ///< at least 1
  Digest family;           ///< of all that the key is made of but that value
};

/// What is known of a finished action.
struct Record {
  Digest key;
  std::string component;        ///< "train.fit"
  std::string pipeline, stage;  ///< that computed it first
  std::string created;          ///< UTC, ISO 8601
  std::string host;
  double seconds = 0;  ///< that run() took
  Value parts;         ///< what the key was made of, by name; see plan
  std::optional<Extendable> extendable;
  std::map<std::string, StoredOutput> outputs;
  std::uint64_t file_bytes = 0;
  std::uint64_t structure_checksum = 0;  ///< XXH3 of all of the file but the arrays' bytes
};

}  // namespace pipeline::cache
