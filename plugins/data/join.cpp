#include "join.h"

#include <fmt/format.h>

#include <cstring>

#include "element_types.h"

namespace pipeline::data {

void Join::declare(Declaration& d) {
  d.param("axis", axis_, "along which axis; -1 is the last");
  d.input("parts", parts_, "arrays of numbers of one type").rank(0, 64);
  d.output("y", y_, "the parts in one array, in their order");
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
      throw Error(
          fmt::format("input 'parts.{}' is {}, and parts.0 is {}: they do not fit along axis {}", i,
                      to_string(shapes[i]), to_string(shapes[0]), along));
    const bool known = whole[along] != kUnknown && next[along] != kUnknown;
    whole[along] = known ? whole[along] + next[along] : kUnknown;
  }
  return whole;
}

void Join::preflight(ComponentFactory&) {
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    require_numbers(parts_[i]);
    if (parts_[i].element_type() != parts_[0].element_type())
      throw Error(fmt::format("input '{}' is {}, and parts.0 is {}: they must be of one type",
                              parts_[i].info().name, name(parts_[i].element_type()),
                              name(parts_[0].element_type())));
    shapes.push_back(parts_[i].shape());
  }
  y_.set_element_type(parts_[0].element_type());
  y_.set_shape(joined(shapes));
}

void Join::run(Context& context) {
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < parts_.size(); ++i) shapes.push_back(parts_[i]->shape());
  const Shape whole = joined(shapes);
  const std::size_t along = axis(whole.size());
  Array y(parts_[0]->dtype(), whole);
  const std::int64_t lines = elements(Shape(whole.begin(), whole.begin() + std::int64_t(along)));
  const std::size_t line = lines == 0 ? 0 : y.bytes() / std::size_t(lines);
  auto* const out = static_cast<std::byte*>(y.mutable_data());
  std::size_t before = 0;
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    context.check_cancelled();
    const auto* const in = static_cast<const std::byte*>(parts_[p]->data());
    const std::size_t piece = lines == 0 ? 0 : parts_[p]->bytes() / std::size_t(lines);
    for (std::size_t i = 0; piece > 0 && i < std::size_t(lines); ++i)
      std::memcpy(out + i * line + before, in + i * piece, piece);
    before += piece;
  }
  y_.set(std::move(y));
}

}  // namespace pipeline::data
