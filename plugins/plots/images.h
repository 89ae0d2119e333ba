#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "pipeline/array.h"

namespace plots {

/// Channels (1 of gray, or 3 of red, green and blue), rows and columns of an image.
struct ImageSize {
  std::int64_t channels = 1, height = 0, width = 0;
  std::int64_t elements() const { return channels * height * width; }
  friend bool operator==(const ImageSize&, const ImageSize&) = default;
};

/// The size of the images in an array [n, height, width] or [n, channels, height, width], or of any
/// shape where `image_shape` tells it ([height, width] or [channels, height, width]). Sizes may be
/// pipeline::kUnknown. Error if these are no images; `what` names the array in the message.
ImageSize image_size(const pipeline::Shape& shape, const std::vector<std::int64_t>& image_shape,
                     const std::string& what);

/// One image: element (channel, row, column) at (channel * height + row) * width + column.
struct Image {
  ImageSize size;
  std::vector<double> values;
  double at(std::int64_t channel, std::int64_t y, std::int64_t x) const {
    return values[std::size_t((channel * size.height + y) * size.width + x)];
  }
};

Image image_of(const pipeline::Array& images, std::int64_t row, const ImageSize& size);

/// The array, or where `transposed` says so the matrix with rows and columns exchanged.
pipeline::Array in_rows(const pipeline::Array& images, bool transposed);

/// The rows of an array in the order given.
pipeline::Array chosen_rows(const pipeline::Array& all, const std::vector<std::int64_t>& rows);

/// `image` in another size: each pixel that of the place at the same share of height and width.
Image resized(const Image& image, std::int64_t height, std::int64_t width);

/// `right` beside `left`; both have the same size.
Image side_by_side(const Image& left, const Image& right);

}  // namespace plots
