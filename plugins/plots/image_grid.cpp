#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "canvas.h"
#include "colormap.h"
#include "gnuplot.h"
#include "images.h"
#include "mosaic.h"
#include "numbers.h"
#include "pipeline/plugin.h"
#include "rows.h"
#include "script.h"
#include "style.h"
#include "titles.h"

namespace plots {
namespace {

using pipeline::Array;
using pipeline::Context;
using pipeline::Declaration;
using pipeline::DType;
using pipeline::Error;

constexpr Rgb kWhite = 0xffffff;
constexpr double kBorder = 2;       // px
constexpr double kTitleLine = 16;   // px
constexpr double kHeaderLine = 24;  // px

/// Images in lines and columns, by themselves or each with another at its side.
class ImageGrid : public pipeline::Stage {
 public:
  void declare(Declaration& d) override;
  void preflight(pipeline::ComponentFactory&) override;
  void run(Context& context) override;

 private:
  /// The values of black and of white.
  struct Levels {
    double low, high;
    /// Equal values make no range: they are its lower end, as in matplotlib.
    double share(double value) const {
      return high <= low ? 0 : std::clamp((value - low) / (high - low), 0.0, 1.0);
    }
  };
  void require_matching(const pipeline::InputPort& port, const pipeline::Shape& images) const;
  Mosaic mosaic(const pipeline::Shape& images, std::int64_t count) const;
  Image picture(std::int64_t row) const;
  Levels levels(const Image& image) const;
  std::optional<Rgb> color(const Image& image, std::int64_t y, std::int64_t x,
                           const Levels& levels) const;
  std::size_t paint(const Image& image, std::int64_t place, const Mosaic& mosaic,
                    Canvas& canvas) const;
  std::string titles(const std::vector<std::int64_t>& rows, const Mosaic& mosaic) const;
  std::string borders(const std::vector<std::int64_t>& rows, const Mosaic& mosaic) const;
  pipeline::Figure figure_with_data(const std::vector<std::int64_t>& rows) const;

  FigureParams figure_{1000, 0};
  std::int64_t columns_ = 10;
  Rows rows_;
  std::vector<std::int64_t> image_shape_;
  std::string normalize_ = "range", colormap_ = "gray", titles_;
  std::vector<double> range_;
  double spacing_ = 0.15;
  std::vector<std::string> class_names_, highlight_colors_ = {"#00ff00", "#ff0000"};
  pipeline::Input<Array> images_, beside_, highlight_, labels_;
  pipeline::Output<pipeline::Figure> drawn_;
};

void ImageGrid::declare(Declaration& d) {
  d.summary("Draws images in lines and columns, on request each with a second one at its side");
  figure_.declare(d);
  d.param("width", figure_.width,
          "greatest width of the figure; it is a little less where that makes all pixels of the "
          "images equally large")
      .range(50, 8000)
      .unit("px");
  d.param("height", figure_.height, "greatest height of the figure; 0: as high as the lines need")
      .range(0, 8000)
      .unit("px");
  d.param("columns", columns_, "images in a line").range(1, 1000);
  d.param("rows", rows_, "which images: a list, or {start, stop, step}; by default all");
  d.param("image_shape", image_shape_,
          "[height, width] or [channels, height, width] of an image whose numbers are in a row")
      .items(0, 3)
      .range(1, 100000);
  d.param("normalize", normalize_,
          "range: black and white are the same in all images; image: each image's least and "
          "greatest value")
      .choices({"range", "image"});
  d.param("range", range_,
          "the values of black and of white; by default 0 and 1, of bytes 0 and 255")
      .items(0, 2);
  d.param("colormap", colormap_,
          "colours from the lowest to the highest value, by matplotlib's names")
      .choices(colormaps());
  d.param("spacing", spacing_, "room between images, as a share of their shorter side").range(0, 2);
  d.param("titles", titles_,
          "text above each image; {index} is its place in the grid, {row} its row, {label} its "
          "value on the port labels");
  d.param("class_names", class_names_, "what {label} shows for the labels 0, 1, …");
  d.param("highlight_colors", highlight_colors_, "colours of the borders 1, 2, …").items(1);
  d.input("images", images_, "numbers [n, height, width] or [n, 1 or 3, height, width]");
  d.input("beside", beside_, "as many images of the same size, one for the right of each")
      .optional();
  d.input("highlight", highlight_, "integers [n]: 0 for no border, k for the k-th colour")
      .optional()
      .rank(1);
  d.input("labels", labels_, "numbers [n] for the titles").optional().rank(1);
  d.output("figure", drawn_, "the figure, with the images that it shows as its data");
}

void ImageGrid::require_matching(const pipeline::InputPort& port,
                                 const pipeline::Shape& images) const {
  if (!port.connected()) return;
  require_numbers(port.spec().dtype, port.info().name);
  if (!port.shape().empty() && pipeline::compatible({port.shape()[0]}, {images[0]})) return;
  throw Error(fmt::format("{} must have an entry for each of the {} images, got {}",
                          port.info().name, images[0], pipeline::to_string(port.shape())));
}

void ImageGrid::preflight(pipeline::ComponentFactory&) {
  figure_.preflight(double(figure_.width), double(figure_.height));
  if (image_shape_.size() == 1)
    throw Error(
        "image_shape has to be [height, width] or [channels, height, width], got one number");
  if (range_.size() == 1 || (range_.size() == 2 && !(range_[0] < range_[1])))
    throw Error("range has to be two numbers, the values of black and of white, the lower first");
  for (const std::string& color : highlight_colors_) parse_color(color);
  check_title(titles_, labels_.connected());
  require_numbers(images_.element_type(), "images");
  const pipeline::Shape& shape = images_.shape();
  const ImageSize size = image_size(shape, image_shape_, "images");
  for (const pipeline::InputPort* port : {&beside_, &highlight_, &labels_})
    require_matching(*port, shape);
  if (highlight_.connected() && !is_integer(highlight_.element_type()))
    throw Error(fmt::format("highlight must be integers, got {}", name(highlight_.element_type())));
  if (beside_.connected()) {
    const ImageSize other = image_size(beside_.shape(), image_shape_, "beside");
    if (!pipeline::compatible({size.channels, size.height, size.width},
                              {other.channels, other.height, other.width}))
      throw Error(fmt::format("beside must have images of the same size as images ({}), got {}",
                              pipeline::to_string(shape), pipeline::to_string(beside_.shape())));
  }
  if (shape[0] == 0) throw Error("there is no image to draw: images has 0 rows");
  if (shape[0] == pipeline::kUnknown) return;
  const auto count = std::int64_t(rows_.of(shape[0]).size());
  if (size.elements() <= 0 || size.height <= 0 || size.width <= 0) return;
  const Mosaic mosaic = this->mosaic(shape, count);
  const double px = mosaic.zoom / figure_.scale;
  figure_.preflight(double(mosaic.width()) * px, double(mosaic.height()) * px);
}

/// Where everything lies: known from shapes alone.
Mosaic ImageGrid::mosaic(const pipeline::Shape& images, std::int64_t count) const {
  const ImageSize size = image_size(images, image_shape_, "images");
  MosaicRequest request{};
  request.images = count;
  request.columns = columns_;
  request.height = size.height;
  request.width = size.width * (beside_.connected() ? 2 : 1);
  request.spacing = spacing_;
  request.widest = double(figure_.width);
  request.tallest = double(figure_.height);
  request.scale = figure_.scale;
  request.band = kTitleLine * line_count(titles_);
  request.header = kHeaderLine * line_count(figure_.title);
  request.frame = highlight_.connected() ? kBorder : 0;
  return arrange(request);
}

Image ImageGrid::picture(std::int64_t row) const {
  const ImageSize size = image_size(images_->shape(), image_shape_, "images");
  Image image = image_of(images_.get(), row, size);
  if (!beside_.connected()) return image;
  return side_by_side(image, image_of(beside_.get(), row, size));
}

ImageGrid::Levels ImageGrid::levels(const Image& image) const {
  if (normalize_ == "range") {
    if (!range_.empty()) return {range_[0], range_[1]};
    return {0, images_->dtype() == DType::u8 ? 255.0 : 1.0};
  }
  Levels levels{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const double value : image.values) {
    if (!std::isfinite(value)) continue;
    levels.low = std::min(levels.low, value);
    levels.high = std::max(levels.high, value);
  }
  return levels;
}

/// The colour of a pixel, or nothing where it is not a number.
std::optional<Rgb> ImageGrid::color(const Image& image, std::int64_t y, std::int64_t x,
                                    const Levels& levels) const {
  double shares[3];
  for (std::int64_t c = 0; c < image.size.channels; ++c) {
    const double value = image.at(c, y, x);
    if (std::isnan(value)) return std::nullopt;
    shares[c] = levels.share(value);
  }
  if (image.size.channels == 1) return color_at(colormap_, shares[0]);
  return rgb(shares[0], shares[1], shares[2]);
}

/// Puts an image on its place; the number of pixels that stay white because they are not a number.
std::size_t ImageGrid::paint(const Image& image, std::int64_t place, const Mosaic& mosaic,
                             Canvas& canvas) const {
  const Levels range = levels(image);
  std::size_t missing = 0;
  for (std::int64_t y = 0; y < mosaic.image_height; ++y) {
    for (std::int64_t x = 0; x < mosaic.image_width; ++x) {
      const auto drawn = color(image, y * mosaic.reduce, x * mosaic.reduce, range);
      missing += !drawn;
      canvas.set(mosaic.left(place) + x, mosaic.top(place) + y, drawn.value_or(kWhite));
    }
  }
  return missing;
}

/// Labels above the images; the vertical axis of the drawing ascends.
std::string ImageGrid::titles(const std::vector<std::int64_t>& rows, const Mosaic& mosaic) const {
  std::string commands;
  const double height = double(mosaic.height());
  const double line = kTitleLine * figure_.scale / mosaic.zoom;
  const auto label = [&](const std::string& text, double x, double top, const char* font) {
    commands += fmt::format("set label {} at first {},{} center front font \"{}\"\n", quote(text),
                            number(x), number(height - 0.5 - top), font);
  };
  if (!figure_.title.empty())
    label(figure_.title, double(mosaic.width()) / 2 - 0.5,
          kHeaderLine / 2 * figure_.scale / mosaic.zoom, ",11");
  if (titles_.empty()) return commands;
  std::vector<double> values;
  if (labels_.connected()) values = doubles(labels_.get(), "labels");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto place = std::int64_t(i);
    const double value = values.empty() ? 0 : values[std::size_t(rows[i])];
    label(title_text(titles_, place, rows[i], value, class_names_),
          double(mosaic.left(place)) + double(mosaic.image_width) / 2 - 0.5,
          double(mosaic.top(place)) - line * (line_count(titles_) - 0.4), ",9");
  }
  return commands;
}

/// A filled rectangle that lies behind an image and shows on all sides: the image covers it to the
/// pixel, which a line around the image would miss by a fraction of one.
std::string frame(const Mosaic& mosaic, std::int64_t place, double thickness, Rgb color) {
  const double left = double(mosaic.left(place)) - 0.5;
  const double top = double(mosaic.height() - mosaic.top(place)) - 0.5;
  return fmt::format(
      "set object rectangle from first {},{} to first {},{} behind fillcolor rgb {} "
      "fillstyle solid noborder\n",
      number(left - thickness), number(top - double(mosaic.image_height) - thickness),
      number(left + double(mosaic.image_width) + thickness), number(top + thickness), quote(color));
}

std::string ImageGrid::borders(const std::vector<std::int64_t>& rows, const Mosaic& mosaic) const {
  if (!highlight_.connected()) return "";
  const std::vector<double> kinds = doubles(highlight_.get(), "highlight");
  std::string commands;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double kind = kinds[std::size_t(rows[i])];
    if (kind == 0) continue;
    if (kind < 0 || kind > double(highlight_colors_.size()))
      throw Error(
          fmt::format("highlight of image {} is {}; 0 is no border, and highlight_colors "
                      "has {} colours",
                      rows[i], number(kind), highlight_colors_.size()));
    commands += frame(mosaic, std::int64_t(i), kBorder * figure_.scale / mosaic.zoom,
                      parse_color(highlight_colors_[std::size_t(kind) - 1]));
  }
  return commands;
}

/// The images that are drawn, and their rows.
pipeline::Figure ImageGrid::figure_with_data(const std::vector<std::int64_t>& rows) const {
  const auto chosen = [&](const Array& all) {
    pipeline::Shape shape = all.shape();
    shape[0] = std::int64_t(rows.size());
    Array some(all.dtype(), shape);
    auto* to = static_cast<std::byte*>(some.mutable_data());
    for (const std::int64_t row : rows) {
      const Array one = all.rows(row, 1);
      const auto* from = static_cast<const std::byte*>(one.data());
      to = std::copy(from, from + one.bytes(), to);
    }
    return some;
  };
  pipeline::Figure figure;
  figure.data["rows"] = Array::of(rows);
  figure.data["images"] = chosen(images_.get());
  if (beside_.connected()) figure.data["beside"] = chosen(beside_.get());
  if (highlight_.connected()) figure.data["highlight"] = chosen(highlight_.get());
  if (labels_.connected()) figure.data["labels"] = chosen(labels_.get());
  return figure;
}

void ImageGrid::run(Context& context) {
  const std::vector<std::int64_t> rows = rows_.of(images_->shape()[0]);
  const Mosaic mosaic = this->mosaic(images_->shape(), std::int64_t(rows.size()));
  Canvas canvas(mosaic.width(), mosaic.height());
  std::size_t missing = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    context.check_cancelled();
    missing += paint(picture(rows[i]), std::int64_t(i), mosaic, canvas);
  }
  if (missing > 0) context.log(fmt::format("{} pixels are not a number and stay white", missing));

  const double px = mosaic.zoom / figure_.scale;
  Drawing drawing{"", canvas.bytes(), double(canvas.width()) * px, double(canvas.height()) * px};
  // gnuplot's area ends a twentieth of a pixel before the PNG does; with the ranges cut by as much
  // each pixel of the canvas falls on whole pixels.
  const double cut = 0.5 + 0.05 / mosaic.zoom;
  drawing.script = fmt::format(
      "unset border\nunset tics\nunset key\n"
      "set lmargin at screen 0\nset rmargin at screen 1\n"
      "set bmargin at screen 0\nset tmargin at screen 1\n"
      "set xrange [-0.5:{}]\nset yrange [-0.5:{}]\n",
      number(double(canvas.width()) - cut), number(double(canvas.height()) - cut));
  drawing.script += titles(rows, mosaic) + borders(rows, mosaic);
  drawing.script += fmt::format(
      "plot {} binary array=({},{}) flipy format='%uchar%uchar%uchar%uchar' using 1:2:3:4 with "
      "rgbalpha\n",
      kDataFile, canvas.width(), canvas.height());

  pipeline::Figure figure = figure_with_data(rows);
  figure.files = draw(drawing, figure_, context);
  drawn_.set(std::move(figure));
}

}  // namespace
}  // namespace plots

PIPELINE_COMPONENT("plot.image_grid", plots::ImageGrid);
