#include <fmt/format.h>

#include <algorithm>

#include "colormap.h"
#include "gnuplot.h"
#include "grid.h"
#include "images.h"
#include "levels.h"
#include "mosaic.h"
#include "numbers.h"
#include "pipeline/plugin.h"
#include "pipeline/row_choice.h"
#include "style.h"

namespace plots {
namespace {

using pipeline::Array;
using pipeline::Context;
using pipeline::Error;

/// What a convolutional network makes of images, an image a line: the image, its feature maps (such
/// as the code of 8×4×4 of an auto-encoder) and the reconstruction, all equally large.
class FeatureMaps : public pipeline::Stage {
 public:
  void declare(pipeline::Declaration& d) override {
    d.summary("Draws images, the feature maps that a layer makes of each, and reconstructions");
    figure_.declare(d);
    d.param("width", figure_.width, "greatest width of the figure").range(50, 8000).unit("px");
    d.param("height", figure_.height, "greatest height of the figure; 0: as high as the lines need")
        .range(0, 8000)
        .unit("px");
    d.param("rows", rows_, "which images: a list, or {start, stop, step}; by default all");
    d.param("image_shape", image_shape_,
            "[height, width] or [channels, height, width] of an image whose numbers are in a row")
        .items(0, 3)
        .range(1, 100000);
    d.param("range", range_,
            "the image's and the reconstruction's values of black and of white; by default 0 and "
            "1, of bytes 0 and 255")
        .items(0, 2);
    d.param("normalize", normalize_,
            "what is black and white in feature maps: the least and greatest value of all maps of "
            "an image (image), or of each map (map)")
        .choices({"image", "map"});
    d.param("colormap", colormap_, "colours of the feature maps, by matplotlib's names")
        .choices(colormaps());
    d.param("spacing", spacing_, "room between images, as a share of their shorter side")
        .range(0, 2);
    d.input("images", images_, "numbers [n, height, width] or [n, 1 or 3, height, width]");
    d.input("maps", maps_, "numbers [n, maps, height, width]").rank(4);
    d.input("reconstruction", reconstruction_, "as many images of the same size as images")
        .optional();
    d.output("figure", drawn_, "the figure, with what it shows as its data");
  }
  void preflight(pipeline::ComponentFactory&) override;
  void run(Context& context) override;

 private:
  Mosaic mosaic(std::int64_t lines) const;
  std::vector<Image> maps_of(std::int64_t row) const;

  FigureParams figure_{1000, 0};
  pipeline::RowChoice rows_;
  std::vector<std::int64_t> image_shape_;
  std::vector<double> range_;
  std::string normalize_ = "image", colormap_ = "gray";
  double spacing_ = 0.1;
  pipeline::Input<Array> images_, maps_, reconstruction_;
  pipeline::Output<pipeline::Figure> drawn_;
};

void FeatureMaps::preflight(pipeline::ComponentFactory&) {
  figure_.preflight(double(figure_.width), double(figure_.height));
  if (image_shape_.size() == 1)
    throw Error(
        "image_shape has to be [height, width] or [channels, height, width], got one number");
  if (range_.size() == 1 || (range_.size() == 2 && !(range_[0] < range_[1])))
    throw Error("range has to be two numbers, the values of black and of white, the lower first");
  const ImageSize size = image_size(images_.shape(), image_shape_, "images");
  const std::int64_t n = images_.shape()[0];
  bool known = n != pipeline::kUnknown && size.elements() > 0;
  for (const pipeline::Input<Array>* port : {&images_, &maps_, &reconstruction_}) {
    if (!port->connected()) continue;
    require_numbers(port->element_type(), port->info().name);
    if (!pipeline::compatible({port->shape()[0]}, {n}))
      throw Error(fmt::format("{} must have an entry for each of the {} images, got {}",
                              port->info().name, n, pipeline::to_string(port->shape())));
  }
  for (std::size_t axis = 1; axis < 4; ++axis) {
    if (maps_.shape()[axis] == 0)
      throw Error("maps has nothing to draw: " + pipeline::to_string(maps_.shape()));
    known = known && maps_.shape()[axis] != pipeline::kUnknown;
  }
  if (reconstruction_.connected()) {
    const ImageSize other = image_size(reconstruction_.shape(), image_shape_, "reconstruction");
    if (!pipeline::compatible({size.channels, size.height, size.width},
                              {other.channels, other.height, other.width}))
      throw Error(fmt::format(
          "reconstruction must have images of the same size as images ({}), got {}",
          pipeline::to_string(images_.shape()), pipeline::to_string(reconstruction_.shape())));
  }
  if (n == 0) throw Error("there is no image to draw: images has 0 rows");
  if (!known) return;
  const Mosaic mosaic = this->mosaic(std::int64_t(rows_.of(n).size()));
  const double px = mosaic.zoom / figure_.scale;
  figure_.preflight(double(mosaic.width()) * px, double(mosaic.height()) * px);
}

/// Cells in which a pixel of the image and one of a map are whole numbers of pixels where that is
/// no more than four for one of the image; else the nearest is taken.
Mosaic FeatureMaps::mosaic(std::int64_t lines) const {
  const ImageSize size = image_size(images_.shape(), image_shape_, "images");
  const auto side = [](std::int64_t image, std::int64_t map) {
    std::int64_t factor = std::max<std::int64_t>(1, (map + image - 1) / image);
    for (std::int64_t k = factor; k <= 4; ++k)
      if (k * image % map == 0) return k * image;
    return factor * image;
  };
  MosaicRequest request{};
  request.columns = 1 + maps_.shape()[1] + (reconstruction_.connected() ? 1 : 0);
  request.images = lines * request.columns;
  request.height = side(size.height, maps_.shape()[2]);
  request.width = side(size.width, maps_.shape()[3]);
  request.spacing = spacing_;
  request.widest = double(figure_.width);
  request.tallest = double(figure_.height);
  request.scale = figure_.scale;
  request.header = kHeaderLine * line_count(figure_.title) + kTitleLine;
  return arrange(request);
}

std::vector<Image> FeatureMaps::maps_of(std::int64_t row) const {
  const pipeline::Shape& shape = maps_->shape();
  const std::vector<double> values = doubles(maps_->rows(row, 1), "maps");
  const ImageSize size{1, shape[2], shape[3]};
  std::vector<Image> maps;
  for (std::int64_t map = 0; map < shape[1]; ++map) {
    const auto first = values.begin() + std::ptrdiff_t(map * size.elements());
    maps.push_back({size, {first, first + std::ptrdiff_t(size.elements())}});
  }
  return maps;
}

void FeatureMaps::run(Context& context) {
  const ImageSize size = image_size(images_->shape(), image_shape_, "images");
  const std::vector<std::int64_t> rows = rows_.of(images_->shape()[0]);
  const Mosaic mosaic = this->mosaic(std::int64_t(rows.size()));
  const std::int64_t height = mosaic.image_height * mosaic.reduce;
  const std::int64_t width = mosaic.image_width * mosaic.reduce;
  Grid grid(mosaic, figure_.scale);
  Unshown images, reconstructions, all_maps;
  std::int64_t place = 0;
  const auto paint = [&](const Image& image, const Levels& levels, const std::string& colormap) {
    grid.paint(place++, resized(image, height, width), levels, colormap);
  };
  const auto paint_image = [&](const Array& from, std::int64_t row, Unshown& unshown) {
    const Image image = image_of(from, row, size);
    Levels levels{0, from.dtype() == pipeline::DType::u8 ? 255.0 : 1.0};
    if (!range_.empty()) levels = {range_[0], range_[1]};
    unshown.look(image, levels, row);
    paint(image, levels, "gray");
  };
  for (const std::int64_t row : rows) {
    context.check_cancelled();
    paint_image(images_.get(), row, images);
    const std::vector<Image> maps = maps_of(row);
    const Levels together = levels_of(maps);
    for (const Image& map : maps) {
      const Levels levels = normalize_ == "map" ? levels_of({map}) : together;
      all_maps.look(map, levels, row);
      paint(map, levels, colormap_);
    }
    if (reconstruction_.connected()) paint_image(reconstruction_.get(), row, reconstructions);
  }
  for (const auto& [unshown, what] :
       {std::pair{&images, "images"}, {&all_maps, "maps"}, {&reconstructions, "reconstruction"}})
    for (const std::string& line : unshown->lines(what, "give range: [lowest, highest]"))
      context.log(line);

  std::vector<std::string> headings = {"image"};
  for (std::int64_t map = 0; map < maps_->shape()[1]; ++map)
    headings.push_back(std::to_string(map));
  if (reconstruction_.connected()) headings.push_back("reconstruction");
  grid.header(figure_.title);
  grid.headings(headings, 1);

  pipeline::Figure figure;
  figure.data["rows"] = Array::of(rows);
  for (const pipeline::Input<Array>* port : {&images_, &maps_, &reconstruction_})
    if (port->connected()) figure.data[port->info().name] = chosen_rows(port->get(), rows);
  figure.files = draw(grid.drawing(), figure_, context);
  drawn_.set(std::move(figure));
}

}  // namespace
}  // namespace plots

PIPELINE_COMPONENT("plot.feature_maps", plots::FeatureMaps);
