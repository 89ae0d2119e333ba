#include "join.h"

#include <fmt/format.h>

#include <cstring>

namespace pipeline::data {

void Join::declare(Declaration& d) {
  d.param("axis", axis_, "along which axis; -1 is the last");
  for (std::size_t i = 0; i < kInputs; ++i) {
    auto port = d.input(fmt::format("x{}", i + 1), inputs_[i], fmt::format("part {}", i + 1));
    if (i > 0) port.optional();
  }
  d.output("y", y_, "the parts in one array, in the order of their ports");
}

std::vector<const Input<Array>*> Join::connected() const {
  std::vector<const Input<Array>*> found;
  for (const Input<Array>& input : inputs_)
    if (input.connected()) found.push_back(&input);
  return found;
}

std::size_t Join::axis(std::size_t rank) const {
  const std::int64_t axes = std::int64_t(rank);
  if (axis_ < -axes || axis_ >= axes)
    throw Error(
        fmt::format("parameter 'axis' is {}, and the result has {} axes: it can be {} to {}", axis_,
                    axes, -axes, axes - 1));
  return std::size_t(axis_ < 0 ? axis_ + axes : axis_);
}

Shape Join::joined(const std::vector<Shape>& shapes) const {
  const auto ports = connected();
  Shape whole = part(shapes[0]);
  const std::size_t along = axis(whole.size());
  for (std::size_t i = 1; i < shapes.size(); ++i) {
    Shape next = part(shapes[i]);
    bool fits = next.size() == whole.size();
    for (std::size_t a = 0; fits && a < next.size(); ++a) {
      if (a == along) continue;
      fits = next[a] == whole[a] || next[a] == kUnknown || whole[a] == kUnknown;
      if (whole[a] == kUnknown) whole[a] = next[a];
    }
    if (!fits)
      throw Error(fmt::format("input '{}' is {}, and x1 is {}: they do not fit along axis {}",
                              ports[i]->info().name, to_string(shapes[i]), to_string(shapes[0]),
                              along));
    const bool known = whole[along] != kUnknown && next[along] != kUnknown;
    whole[along] = known ? whole[along] + next[along] : kUnknown;
  }
  return whole;
}

void Join::preflight(ComponentFactory&) {
  const auto ports = connected();
  std::vector<Shape> shapes;
  for (const Input<Array>* port : ports) {
    if (port->element_type() == DType::utf8)
      throw Error(fmt::format("input '{}' takes an array of numbers, got text", port->info().name));
    if (port->element_type() != ports[0]->element_type())
      throw Error(fmt::format("input '{}' is {}, and x1 is {}: they must be of one type",
                              port->info().name, name(port->element_type()),
                              name(ports[0]->element_type())));
    shapes.push_back(port->shape());
  }
  y_.set_element_type(ports[0]->element_type());
  y_.set_shape(joined(shapes));
}

void Join::run(Context& context) {
  std::vector<Shape> shapes;
  for (const Input<Array>* port : connected()) shapes.push_back(port->get().shape());
  const Shape whole = joined(shapes);
  const std::size_t along = axis(whole.size());
  Array y(inputs_[0]->dtype(), whole);
  const std::int64_t lines = elements(Shape(whole.begin(), whole.begin() + std::int64_t(along)));
  const std::size_t line = lines == 0 ? 0 : y.bytes() / std::size_t(lines);
  auto* const out = static_cast<std::byte*>(y.mutable_data());
  std::size_t before = 0;
  for (const Input<Array>* port : connected()) {
    context.check_cancelled();
    const auto* const in = static_cast<const std::byte*>(port->get().data());
    const std::size_t piece = lines == 0 ? 0 : port->get().bytes() / std::size_t(lines);
    for (std::size_t i = 0; piece > 0 && i < std::size_t(lines); ++i)
      std::memcpy(out + i * line + before, in + i * piece, piece);
    before += piece;
  }
  y_.set(std::move(y));
}

}  // namespace pipeline::data
