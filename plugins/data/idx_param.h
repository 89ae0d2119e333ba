#pragma once
#include "pipeline/param_types.h"

namespace pipeline::data {

/// An IDX file: a Path that may be named with or without ".gz", whichever exists.
struct IdxPath {
  Path path;
  const std::filesystem::path& file() const { return path.file; }
};

}  // namespace pipeline::data

namespace pipeline {

template <>
struct ParamType<data::IdxPath> {
  static Value schema() { return ParamType<Path>::schema(); }
  static void assign(data::IdxPath& member, const Value& value, const Assign& at);
  static Value value(const data::IdxPath& member, const PathRendering& paths) {
    return ParamType<Path>::value(member.path, paths);
  }
};

}  // namespace pipeline
