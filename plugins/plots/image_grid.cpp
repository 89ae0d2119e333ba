#include <fmt/format.h>

#include <optional>

#include "colormap.h"
#include "gnuplot.h"
#include "grid.h"
#include "images.h"
#include "levels.h"
#include "mosaic.h"
#include "numbers.h"
#include "pipeline/plugin.h"
#include "pipeline/row_choice.h"
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

/// Images in lines and columns, by themselves or each with another at its side.
class ImageGrid : public pipeline::Stage {
 public:
  void declare(Declaration& d) override;
  void preflight(pipeline::ComponentFactory&) override;
  void run(Context& context) override;

 private:
  void check_params() const;
  void check_inputs(const pipeline::Shape& images, const ImageSize& size) const;
  void require_matching(const pipeline::InputPort& port, const pipeline::Shape& images) const;
  pipeline::Shape shape_of(const pipeline::InputPort& images) const;
  std::int64_t columns() const;
  std::vector<std::int64_t> shown_rows(std::int64_t images) const;
  Mosaic mosaic(const pipeline::Shape& images, std::int64_t count) const;
  Levels levels(const Image& image, DType dtype) const;
  void add_titles(const std::vector<std::int64_t>& rows, Grid& grid) const;
  void add_borders(const std::vector<std::int64_t>& rows, Grid& grid) const;
  std::vector<double> kinds() const;
  pipeline::Figure figure_with_data(const std::vector<std::int64_t>& rows) const;

  FigureParams figure_{1000, 0};
  std::int64_t columns_ = 10;
  pipeline::RowChoice rows_;
  std::vector<std::int64_t> image_shape_;
  std::string images_in_ = "rows", normalize_ = "range", colormap_ = "gray", titles_;
  std::vector<double> range_, horizontal_, vertical_;
  std::string x_label_, y_label_;
  double spacing_ = 0.15;
  std::vector<std::string> headings_, class_names_, highlight_colors_ = {"#00ff00", "#ff0000"};
  pipeline::Input<Array> images_, beside_, indices_, highlight_, labels_, predicted_;
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
  d.param("rows", rows_,
          "which images, or with indices which of its lines: a list, or {start, stop, step}; by "
          "default all");
  d.param("image_shape", image_shape_,
          "[height, width] or [channels, height, width] of an image whose numbers are in a row")
      .items(0, 3)
      .range(1, 100000);
  d.param(
       "images_in", images_in_,
       "rows: a row an image; columns: a column of a matrix each, such as the weights of a layer")
      .choices({"rows", "columns"});
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
          "value on the port labels, {predicted} that on predicted");
  d.param("headings", headings_,
          "texts above the columns, from the left and then anew; with beside one above each half, "
          "such as [original, reconstruction]");
  d.param("horizontal", horizontal_,
          "[first, last]: what the columns stand for, shown on an axis below")
      .items(0, 2);
  d.param("vertical", vertical_,
          "[lowest, highest]: what the lines stand for, shown on an axis at the left")
      .items(0, 2);
  d.param("x_label", x_label_, "text below the horizontal axis");
  d.param("y_label", y_label_, "text beside the vertical axis");
  d.param("class_names", class_names_, "what {label} and {predicted} show for the classes 0, 1, …");
  d.param("highlight_colors", highlight_colors_, "colours of the borders 1, 2, …").items(1);
  d.input("images", images_, "numbers [n, height, width] or [n, 1 or 3, height, width]");
  d.input("beside", beside_, "as many images of the same size, one for the right of each")
      .optional();
  d.input("indices", indices_,
          "integers [lines, columns]: the images of each line by their rows, such as the nearest "
          "neighbours of one")
      .optional()
      .rank(2);
  d.input("highlight", highlight_, "integers [n]: 0 for no border, k for the k-th colour")
      .optional()
      .rank(1);
  d.input("labels", labels_, "numbers [n] for the titles").optional().rank(1);
  d.input("predicted", predicted_,
          "classes [n], or a number for each class [n, classes], whose greatest counts: a border "
          "in the first colour where it is the label, in the second where it is not")
      .optional()
      .rank(1, 2);
  d.output("figure", drawn_, "the figure, with the images that it shows as its data");
}

/// The shape of images that stand in rows, whichever way they do.
pipeline::Shape ImageGrid::shape_of(const pipeline::InputPort& images) const {
  const pipeline::Shape& shape = images.shape();
  if (images_in_ == "rows") return shape;
  if (shape.size() != 2)
    throw Error(fmt::format("images_in: columns needs {} of rank 2, got {}", images.info().name,
                            pipeline::to_string(shape)));
  return {shape[1], shape[0]};
}

void ImageGrid::require_matching(const pipeline::InputPort& port,
                                 const pipeline::Shape& images) const {
  if (!port.connected()) return;
  require_numbers(port.spec().dtype, port.info().name);
  const pipeline::Shape shape = &port == &beside_ ? shape_of(port) : port.shape();
  if (!shape.empty() && pipeline::compatible({shape[0]}, {images[0]})) return;
  throw Error(fmt::format("{} must have an entry for each of the {} images, got {}",
                          port.info().name, images[0], pipeline::to_string(port.shape())));
}

void ImageGrid::check_params() const {
  if (image_shape_.size() == 1)
    throw Error(
        "image_shape has to be [height, width] or [channels, height, width], got one number");
  if (range_.size() == 1 || (range_.size() == 2 && !(range_[0] < range_[1])))
    throw Error("range has to be two numbers, the values of black and of white, the lower first");
  for (const auto& [name, ends] : {std::pair{"horizontal", horizontal_}, {"vertical", vertical_}})
    if (ends.size() == 1 || (ends.size() == 2 && !(ends[0] != ends[1])))
      throw Error(
          fmt::format("{} has to be two different numbers, of the first and last image", name));
  for (const std::string& color : highlight_colors_) parse_color(color);
  check_title(titles_, labels_.connected(), predicted_.connected());
  const std::int64_t parts = beside_.connected() ? 2 : 1;
  if (!headings_.empty() && std::int64_t(headings_.size()) % parts != 0)
    throw Error(fmt::format("headings has {} texts; with beside it has to have two a pair",
                            headings_.size()));
}

void ImageGrid::check_inputs(const pipeline::Shape& images, const ImageSize& size) const {
  for (const pipeline::InputPort* port : {&beside_, &highlight_, &labels_, &predicted_})
    require_matching(*port, images);
  for (const pipeline::Input<Array>* port : {&highlight_, &indices_})
    if (port->connected() && !is_integer(port->element_type()))
      throw Error(fmt::format("{} must be integers, got {}", port->info().name,
                              name(port->element_type())));
  if (predicted_.connected() && !labels_.connected())
    throw Error("predicted needs the input labels, which says what is right");
  if (predicted_.connected() && highlight_.connected())
    throw Error("predicted and highlight both colour the borders; leave one of them out");
  if (!beside_.connected()) return;
  const ImageSize other = image_size(shape_of(beside_), image_shape_, "beside");
  if (!pipeline::compatible({size.channels, size.height, size.width},
                            {other.channels, other.height, other.width}))
    throw Error(fmt::format("beside must have images of the same size as images ({}), got {}",
                            pipeline::to_string(images_.shape()),
                            pipeline::to_string(beside_.shape())));
}

void ImageGrid::preflight(pipeline::ComponentFactory&) {
  figure_.preflight(double(figure_.width), double(figure_.height));
  check_params();
  require_numbers(images_.element_type(), "images");
  const pipeline::Shape shape = shape_of(images_);
  const ImageSize size = image_size(shape, image_shape_, "images");
  check_inputs(shape, size);
  if (shape[0] == 0) throw Error("there is no image to draw: images has 0 rows");
  std::int64_t count = shape[0];
  if (indices_.connected()) {
    const pipeline::Shape& lines = indices_.shape();
    if (lines[0] == pipeline::kUnknown || lines[1] == pipeline::kUnknown) return;
    count = std::int64_t(rows_.of(lines[0], "line").size()) * lines[1];
    if (count == 0) throw Error("there is no image to draw: indices is empty");
  } else {
    if (shape[0] == pipeline::kUnknown) return;
    count = std::int64_t(rows_.of(shape[0], "image").size());
  }
  if (size.elements() <= 0 || size.height <= 0 || size.width <= 0) return;
  const Mosaic mosaic = this->mosaic(shape, count);
  const double px = mosaic.zoom / figure_.scale;
  figure_.preflight(double(mosaic.width()) * px, double(mosaic.height()) * px);
}

std::int64_t ImageGrid::columns() const {
  return indices_.connected() ? indices_.shape()[1] : columns_;
}

/// Where everything lies: known from shapes alone.
Mosaic ImageGrid::mosaic(const pipeline::Shape& images, std::int64_t count) const {
  const ImageSize size = image_size(images, image_shape_, "images");
  MosaicRequest request{};
  request.images = count;
  request.columns = columns();
  request.height = size.height;
  request.width = size.width * (beside_.connected() ? 2 : 1);
  request.spacing = spacing_;
  request.widest = double(figure_.width);
  request.tallest = double(figure_.height);
  request.scale = figure_.scale;
  request.band = kTitleLine * line_count(titles_);
  request.header = kHeaderLine * line_count(figure_.title) + (headings_.empty() ? 0 : kTitleLine);
  request.frame = highlight_.connected() || predicted_.connected() ? kBorder : 0;
  return arrange(request);
}

/// The rows of images in the places of the grid.
std::vector<std::int64_t> ImageGrid::shown_rows(std::int64_t images) const {
  if (!indices_.connected()) return rows_.of(images, "image");
  const std::vector<double> indices = doubles(indices_.get(), "indices");
  std::vector<std::int64_t> rows;
  for (const std::int64_t line : rows_.of(indices_->shape()[0], "line"))
    for (std::int64_t column = 0; column < columns(); ++column) {
      const double row = indices[std::size_t(line * columns() + column)];
      if (!(row >= 0 && row < double(images)))
        throw Error(fmt::format("indices has {} in line {}; the {} images have the rows 0 to {}",
                                whole_number(row), line, images, images - 1));
      rows.push_back(std::int64_t(row));
    }
  return rows;
}

Levels ImageGrid::levels(const Image& image, DType dtype) const {
  if (normalize_ == "image") return levels_of({image});
  if (!range_.empty()) return {range_[0], range_[1]};
  return {0, dtype == DType::u8 ? 255.0 : 1.0};
}

void ImageGrid::add_titles(const std::vector<std::int64_t>& rows, Grid& grid) const {
  if (titles_.empty()) return;
  std::vector<double> labels, predicted;
  if (labels_.connected()) labels = doubles(labels_.get(), "labels");
  if (predicted_.connected()) predicted = classes_of(predicted_.get());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto row = std::size_t(rows[i]);
    const TitleValues values{std::int64_t(i), rows[i], labels.empty() ? 0 : labels[row],
                             predicted.empty() ? 0 : predicted[row]};
    grid.title(std::int64_t(i), title_text(titles_, values, class_names_), line_count(titles_));
  }
}

/// The number of each row's border, 0 for none: the first is of what is right, the second of what
/// is wrong.
std::vector<double> ImageGrid::kinds() const {
  if (highlight_.connected()) return doubles(highlight_.get(), "highlight");
  std::vector<double> kinds = classes_of(predicted_.get());
  const std::vector<double> labels = doubles(labels_.get(), "labels");
  for (std::size_t i = 0; i < kinds.size(); ++i) kinds[i] = kinds[i] == labels[i] ? 1 : 2;
  return kinds;
}

void ImageGrid::add_borders(const std::vector<std::int64_t>& rows, Grid& grid) const {
  if (!highlight_.connected() && !predicted_.connected()) return;
  const std::vector<double> kinds = this->kinds();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const double kind = kinds[std::size_t(rows[i])];
    if (kind == 0) continue;
    if (kind < 0 || kind > double(highlight_colors_.size()))
      throw Error(
          fmt::format("highlight of image {} is {}; 0 is no border, and highlight_colors "
                      "has {} colours",
                      rows[i], number(kind), highlight_colors_.size()));
    grid.border(std::int64_t(i), parse_color(highlight_colors_[std::size_t(kind) - 1]));
  }
}

/// The images that are drawn, and their rows.
pipeline::Figure ImageGrid::figure_with_data(const std::vector<std::int64_t>& rows) const {
  pipeline::Figure figure;
  figure.data["rows"] = Array::of(rows);
  for (const pipeline::Input<Array>* port : {&images_, &beside_})
    if (port->connected())
      figure.data[port->info().name] =
          chosen_rows(in_rows(port->get(), images_in_ == "columns"), rows);
  for (const pipeline::Input<Array>* port : {&highlight_, &labels_, &predicted_})
    if (port->connected()) figure.data[port->info().name] = chosen_rows(port->get(), rows);
  return figure;
}

void ImageGrid::run(Context& context) {
  const bool transposed = images_in_ == "columns";
  const Array images = in_rows(images_.get(), transposed);
  const Array beside = beside_.connected() ? in_rows(beside_.get(), transposed) : Array();
  const ImageSize size = image_size(images.shape(), image_shape_, "images");
  const std::vector<std::int64_t> rows = shown_rows(images.shape()[0]);
  const Mosaic mosaic = this->mosaic(images.shape(), std::int64_t(rows.size()));
  Grid grid(mosaic, figure_.scale);
  Unshown unshown;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    context.check_cancelled();
    Image image = image_of(images, rows[i], size);
    if (beside_.connected()) image = side_by_side(image, image_of(beside, rows[i], size));
    const Levels levels = this->levels(image, images_->dtype());
    unshown.look(image, levels, rows[i]);
    grid.paint(std::int64_t(i), image, levels, colormap_);
  }
  for (const std::string& line :
       unshown.lines(beside_.connected() ? "images and beside" : "images",
                     "give range: [lowest, highest], or normalize: image"))
    context.log(line);
  grid.header(figure_.title);
  grid.headings(headings_, beside_.connected() ? 2 : 1);
  add_titles(rows, grid);
  add_borders(rows, grid);
  const auto axis = [](const std::vector<double>& ends, const std::string& label) {
    return ends.empty() ? std::nullopt : std::optional(GridAxis{ends[0], ends[1], label});
  };
  grid.axes(axis(horizontal_, x_label_), axis(vertical_, y_label_));

  pipeline::Figure figure = figure_with_data(rows);
  figure.files = draw(grid.drawing(), figure_, context);
  drawn_.set(std::move(figure));
}

}  // namespace
}  // namespace plots

PIPELINE_COMPONENT("plot.image_grid", plots::ImageGrid);
