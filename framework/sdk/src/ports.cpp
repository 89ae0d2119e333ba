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

void Port::fail(std::string_view message) const {
  if (info_.name.empty())
    throw Error(fmt::format("an {} that declare() does not name {}", direction(), message));
  throw Error(fmt::format("{} '{}' {}", direction(), info_.name, message));
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

void InputPort::require_known() const {
  if (!connected_) fail("is not connected, and so has no shape; ask connected() first");
}

void InputPort::complain_no_value() const {
  if (!connected_) fail("is read, but is not connected; ask connected() first");
  fail("has no value yet: in preflight() its spec alone is known, its value in run()");
}

void InputPort::complain_unreadable(const Artifact& artifact, std::string_view why) const {
  fail(fmt::format("got a {} that cannot be read as one: {}", artifact.type, why));
}

std::string ListPort::expectation() const {
  if (info().or_one) return Port::expectation() + ", or a list of such";
  return "a list, each " + Port::expectation();
}

InputPort& ListPort::add_item(ForeachValues foreach) {
  InputPort& item = make_item();
  item.info() = info();
  item.info().name += fmt::format(".{}", size());
  foreach_.push_back(std::move(foreach));
  set_connected();
  return item;
}

InputPort& ListPort::add_alone() {
  InputPort& item = make_item();
  item.info() = info();
  foreach_.emplace_back();
  alone_ = true;
  set_connected();
  return item;
}

void ListPort::load(const Artifact&) {
  fail("takes a list; the host is to load each of its items");
}

void ListPort::require_known() const {
  if (!connected()) InputPort::require_known();
  fail("takes a list; ask one of its items for its shape");
}

void Input<Array>::load(const Artifact& artifact) {
  const auto found = artifact.arrays.find("");
  if (found == artifact.arrays.end()) complain_unreadable(artifact, "it holds no array");
  array_ = found->second;
}

const Array& Input<Array>::get() const {
  if (!array_) complain_no_value();
  return *array_;
}

void Input<Array>::require_type(DType wanted) const {
  if (const DType found = get().dtype(); found != wanted)
    fail(fmt::format("is read as {} and holds {}", name(wanted), name(found)));
}

void OutputPort::promise() {
  if (has_value()) fail("is set in preflight(); values are set in run()");
  if (absent_) return;
  try {
    elements(spec_.shape);
  } catch (const Error& error) {
    fail(fmt::format("is promised a shape that cannot be: {}", error.what()));
  }
  check_promise();
  promised_ = spec_;
}

void OutputPort::require_settable() const {
  if (absent_) fail("is set, but preflight said that it is absent");
  if (has_value()) fail("is set a second time; a stage sets each output once");
}

void OutputPort::complain_unset() const {
  throw Error(fmt::format("the stage did not set its output '{}'", info().name));
}

void Output<Array>::set_shape(Shape shape) {
  spec_.shape = std::move(shape);
  shape_set_ = true;
}

void Output<Array>::shape_like(const Port& other) {
  set_shape(other.shape());
  if (!dtype()) spec_.dtype = other.spec().dtype;
}

void Output<Array>::check_promise() const {
  const int rank = int(spec_.shape.size());
  if (rank < info().min_rank || rank > info().max_rank)
    fail(fmt::format("is declared as {}, and preflight {}", expectation(),
                     shape_set_ ? "promised " + array_text(spec_) : "set no shape"));
  // Preflight again, once the inputs' sizes are known, may fill in what was open.
  if (promised() &&
      (promised()->dtype != spec_.dtype || !compatible(promised()->shape, spec_.shape)))
    fail(fmt::format("was promised as {} and then as {}", array_text(*promised()),
                     array_text(spec_)));
}

std::string Output<Array>::promise_text() const {
  const Spec& spec = promised() ? *promised() : spec_;
  return array_text(spec) + (shape_set_ ? "" : " (preflight set no shape)");
}

void Output<Array>::require_promised(const Array& array) const {
  const Spec& spec = promised() ? *promised() : spec_;
  if (array.dtype() == spec.dtype && compatible(array.shape(), spec.shape)) return;
  fail(fmt::format("was promised as {} and set as {}", promise_text(),
                   array_text({"array", array.dtype(), array.shape(), {}})));
}

const Shape& Output<Array>::shape_to_allocate() const {
  if (!shape_set_)
    fail("cannot be allocated: preflight set no shape; call set_shape() or shape_like() there");
  if (elements(spec_.shape) == kUnknown)
    fail(fmt::format(
        "cannot be allocated: preflight left sizes of the {} open; call allocate(shape)",
        array_text(spec_)));
  return spec_.shape;
}

void Output<Array>::set(Array array) {
  require_settable();
  require_promised(array);
  array_ = std::move(array);
}

Artifact Output<Array>::take() {
  if (!array_) complain_unset();
  Artifact artifact{"array", {}, {{"", std::move(*array_)}}};
  array_.reset();
  return artifact;
}

}  // namespace pipeline
