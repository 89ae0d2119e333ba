#include "images.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "numbers.h"
#include "pipeline/error.h"

namespace plots {
namespace {

using pipeline::Error;
using pipeline::Shape;

ImageSize told_size(const Shape& shape, const std::vector<std::int64_t>& told,
                    const std::string& what) {
  const std::size_t rank = told.size();
  const ImageSize size{rank == 3 ? told[0] : 1, told[rank - 2], told[rank - 1]};
  const std::int64_t found = pipeline::elements(Shape(shape.begin() + 1, shape.end()));
  if (found != pipeline::kUnknown && found != size.elements())
    throw Error(fmt::format("{} is {}: {} numbers an image, but image_shape {} needs {}", what,
                            pipeline::to_string(shape), found, pipeline::to_string(told),
                            size.elements()));
  return size;
}

}  // namespace

ImageSize image_size(const Shape& shape, const std::vector<std::int64_t>& image_shape,
                     const std::string& what) {
  if (shape.size() < 2)
    throw Error(fmt::format("{} must be n×height×width or n×channels×height×width, got {}", what,
                            pipeline::to_string(shape)));
  ImageSize size;
  if (!image_shape.empty()) {
    size = told_size(shape, image_shape, what);
  } else if (shape.size() == 2) {
    throw Error(
        fmt::format("{} is {}: rows of numbers without a height and width; say them with "
                    "image_shape: [height, width]",
                    what, pipeline::to_string(shape)));
  } else if (shape.size() > 4) {
    throw Error(fmt::format("{} must be n×height×width or n×channels×height×width, got {}", what,
                            pipeline::to_string(shape)));
  } else {
    const std::size_t rank = shape.size();
    size = {rank == 4 ? shape[1] : 1, shape[rank - 2], shape[rank - 1]};
  }
  if (size.channels != 1 && size.channels != 3 && size.channels != pipeline::kUnknown)
    throw Error(
        fmt::format("{} has images of {} channels; 1 (gray) or 3 (red, green, blue) can be "
                    "drawn",
                    what, size.channels));
  if (size.height == 0 || size.width == 0)
    throw Error(fmt::format("{} has images without pixels: {}", what, pipeline::to_string(shape)));
  return size;
}

Image image_of(const pipeline::Array& images, std::int64_t row, const ImageSize& size) {
  return {size, doubles(images.rows(row, 1), "images")};
}

pipeline::Array in_rows(const pipeline::Array& images, bool transposed) {
  if (!transposed) return images;
  const std::size_t rows = std::size_t(images.shape()[0]), columns = std::size_t(images.shape()[1]);
  const std::size_t size = pipeline::item_size(images.dtype());
  pipeline::Array result(images.dtype(), {images.shape()[1], images.shape()[0]});
  const auto* from = static_cast<const std::byte*>(images.data());
  auto* to = static_cast<std::byte*>(result.mutable_data());
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < columns; ++column)
      std::copy_n(from + (row * columns + column) * size, size, to + (column * rows + row) * size);
  return result;
}

pipeline::Array chosen_rows(const pipeline::Array& all, const std::vector<std::int64_t>& rows) {
  Shape shape = all.shape();
  shape[0] = std::int64_t(rows.size());
  pipeline::Array some(all.dtype(), shape);
  auto* to = static_cast<std::byte*>(some.mutable_data());
  for (const std::int64_t row : rows) {
    const pipeline::Array one = all.rows(row, 1);
    const auto* from = static_cast<const std::byte*>(one.data());
    to = std::copy(from, from + one.bytes(), to);
  }
  return some;
}

Image resized(const Image& image, std::int64_t height, std::int64_t width) {
  Image result{{image.size.channels, height, width}, {}};
  for (std::int64_t c = 0; c < image.size.channels; ++c)
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x)
        result.values.push_back(
            image.at(c, y * image.size.height / height, x * image.size.width / width));
  return result;
}

Image side_by_side(const Image& left, const Image& right) {
  Image both{left.size, {}};
  both.size.width *= 2;
  both.values.reserve(2 * left.values.size());
  const std::size_t width = std::size_t(left.size.width);
  for (std::size_t start = 0; start < left.values.size(); start += width)
    for (const Image* image : {&left, &right})
      both.values.insert(both.values.end(), image->values.begin() + std::ptrdiff_t(start),
                         image->values.begin() + std::ptrdiff_t(start + width));
  return both;
}

}  // namespace plots
