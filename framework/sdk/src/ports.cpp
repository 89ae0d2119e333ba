#include "pipeline/ports.h"

#include <fmt/format.h>

namespace pipeline {
namespace {

std::string rank_text(int min, int max) {
  if (min == max) return min == 0 ? "a scalar" : fmt::format("rank {}", min);
  return max >= 64 ? fmt::format("rank {} or more", min) : fmt::format("rank {} to {}", min, max);
}

// "f32 array of 6000×784", "f64 scalar".
std::string array_text(const Spec& spec) {
  return spec.shape.empty()
             ? fmt::format("{} scalar", name(spec.dtype))
             : fmt::format("{} array of {}", name(spec.dtype), to_string(spec.shape));
}

}  // namespace

std::string Port::expectation() const {
  if (type() != "array") return type();
  const std::string element = dtype() ? fmt::format("{} array", name(*dtype())) : "array";
  if (info_.min_rank == 0 && info_.max_rank >= 64) return element;
  return fmt::format("{} of {}", element, rank_text(info_.min_rank, info_.max_rank));
}

void InputPort::connect(const Spec& spec) {
  const bool array = spec.type == "array";
  const int rank = int(spec.shape.size());
  const bool fits =
      spec.type == type() && (!array || ((!dtype() || *dtype() == spec.dtype) &&
                                         rank >= info().min_rank && rank <= info().max_rank));
  if (!fits)
    throw Error(fmt::format("input '{}' takes {}, got {}", info().name, expectation(),
                            array ? array_text(spec) : spec.type));
  spec_ = spec;
  connected_ = true;
}

void Input<Array>::load(const Artifact& artifact) { array_ = artifact.arrays.at(""); }

void OutputPort::require_promised(const Array& array) const {
  if (array.dtype() == spec_.dtype && compatible(array.shape(), spec_.shape)) return;
  throw Error(fmt::format("output '{}' was promised as {} {} and set as {} {}", info().name,
                          name(spec_.dtype), to_string(spec_.shape), name(array.dtype()),
                          to_string(array.shape())));
}

void OutputPort::complain_unset() const {
  throw Error(fmt::format("the stage did not set its output '{}'", info().name));
}

void Output<Array>::shape_like(const Port& other) {
  spec_.shape = other.shape();
  if (!dtype()) spec_.dtype = other.spec().dtype;
}

void Output<Array>::set(Array array) { array_ = std::move(array); }

Artifact Output<Array>::take() {
  if (!array_) complain_unset();
  require_promised(*array_);
  Artifact artifact{"array", {}, {{"", std::move(*array_)}}};
  array_.reset();
  return artifact;
}

}  // namespace pipeline
