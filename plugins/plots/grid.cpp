#include "grid.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "colormap.h"
#include "style.h"

namespace plots {
namespace {

constexpr Rgb kWhite = 0xffffff;
constexpr double kFont = 9, kSmallestFont = 5;

/// The colour of a pixel, or nothing where it is not a number.
std::optional<Rgb> color(const Image& image, std::int64_t y, std::int64_t x, const Levels& levels,
                         const std::string& colormap) {
  double shares[3];
  for (std::int64_t c = 0; c < image.size.channels; ++c) {
    const double value = image.at(c, y, x);
    if (std::isnan(value)) return std::nullopt;
    shares[c] = levels.share(value);
  }
  if (image.size.channels == 1) return color_at(colormap, shares[0]);
  return rgb(shares[0], shares[1], shares[2]);
}

}  // namespace

Grid::Grid(const Mosaic& mosaic, double scale)
    : mosaic_(mosaic), scale_(scale), canvas_(mosaic.width(), mosaic.height()) {}

void Grid::paint(std::int64_t place, const Image& image, const Levels& levels,
                 const std::string& colormap) {
  for (std::int64_t y = 0; y < mosaic_.image_height; ++y)
    for (std::int64_t x = 0; x < mosaic_.image_width; ++x)
      canvas_.set(
          mosaic_.left(place) + x, mosaic_.top(place) + y,
          color(image, y * mosaic_.reduce, x * mosaic_.reduce, levels, colormap).value_or(kWhite));
}

/// A text around a place of the canvas; the vertical axis of the drawing ascends.
void Grid::label(const std::string& text, double x, double top, double font) {
  commands_ += fmt::format("set label {} at first {},{} center front font \",{}\"\n", quote(text),
                           number(x), number(double(mosaic_.height()) - 0.5 - top), number(font));
}

void Grid::title(std::int64_t place, const std::string& text, double lines) {
  label(text, double(mosaic_.left(place)) + double(mosaic_.image_width) / 2 - 0.5,
        double(mosaic_.top(place)) - own(kTitleLine) * (lines - 0.4), kFont);
}

void Grid::header(const std::string& text) {
  if (!text.empty()) label(text, double(mosaic_.width()) / 2 - 0.5, own(kHeaderLine / 2), 11);
}

void Grid::headings(const std::vector<std::string>& texts, std::int64_t parts) {
  if (texts.empty()) return;
  const double width = double(mosaic_.image_width) / double(parts);
  double letters = 1;
  for (const std::string& text : texts) letters = std::max(letters, letter_count(text));
  // A letter of 9 points is about 7 px wide; between two texts stays the room of one.
  const double font = std::clamp(std::floor(2 * kFont * px(width) / (7.5 * (letters + 1))) / 2,
                                 kSmallestFont, kFont);
  for (std::int64_t column = 0; column < mosaic_.columns; ++column)
    for (std::int64_t part = 0; part < parts; ++part)
      label(texts[std::size_t((column * parts + part) % std::int64_t(texts.size()))],
            double(mosaic_.left(column)) + (double(part) + 0.5) * width - 0.5,
            double(mosaic_.header) - own(kTitleLine) * 0.5, font);
}

/// A filled rectangle that lies behind an image and shows on all sides: the image covers it to the
/// pixel, which a line around the image would miss by a fraction of one.
void Grid::border(std::int64_t place, Rgb color) {
  const double thickness = own(kBorder);
  const double left = double(mosaic_.left(place)) - 0.5;
  const double top = double(mosaic_.height() - mosaic_.top(place)) - 0.5;
  commands_ += fmt::format(
      "set object rectangle from first {},{} to first {},{} behind fillcolor rgb {} "
      "fillstyle solid noborder\n",
      number(left - thickness), number(top - double(mosaic_.image_height) - thickness),
      number(left + double(mosaic_.image_width) + thickness), number(top + thickness),
      quote(color));
}

/// Tics at places of the canvas: `first` is the middle of the first image, each other `pitch` on.
std::string Grid::axis(const std::string& name, const GridAxis& axis, double first, double pitch,
                       std::int64_t count, double& room) const {
  const double length = pitch * double(std::max<std::int64_t>(1, count - 1));
  const Axis values(std::min(axis.first, axis.last), std::max(axis.first, axis.last));
  const std::vector<Tic> tics = values.tics(px(length), name == "x");
  std::string list;
  for (const Tic& tic : tics) {
    const double share = values.place(tic.value);
    list += fmt::format("{}{} {}", list.empty() ? "" : ",", quote_tic(tic.label),
                        number(first + length * (axis.first <= axis.last ? share : 1 - share)));
  }
  room = (name == "x" ? 30 : widest(tics) + 16) + 20 * line_count(axis.label);
  return fmt::format("set {0}tics out nomirror scale 0.5 ({1})\nset {0}label {2}\n", name, list,
                     quote(axis.label));
}

void Grid::axes(const std::optional<GridAxis>& x, const std::optional<GridAxis>& y) {
  const double across = double(mosaic_.image_width + mosaic_.gap);
  const double down = double(mosaic_.image_height + mosaic_.band + mosaic_.gap);
  const auto middle = [&](std::int64_t place) {
    return double(mosaic_.left(place)) + double(mosaic_.image_width) / 2 - 0.5;
  };
  if (x) axes_ += axis("x", *x, middle(0), across, mosaic_.columns, bottom_);
  const double lowest =
      double(mosaic_.height() - mosaic_.top((mosaic_.lines - 1) * mosaic_.columns)) -
      double(mosaic_.image_height) / 2 - 0.5;
  if (y) axes_ += axis("y", *y, lowest, down, mosaic_.lines, left_);
  left_ = std::ceil(left_);
  if (x) right_ = 24;
}

Drawing Grid::drawing() const {
  const double width = px(double(canvas_.width())), height = px(double(canvas_.height()));
  Drawing drawing{"", canvas_.bytes(), left_ + width + right_, height + bottom_};
  // gnuplot's area ends a twentieth of a pixel before the PNG does; with the ranges cut by as much
  // each pixel of the canvas falls on whole pixels.
  const double cut = 0.5 + 0.05 / mosaic_.zoom;
  drawing.script = fmt::format(
      "unset border\nunset tics\nunset key\n"
      "set lmargin at screen {}\nset rmargin at screen {}\n"
      "set bmargin at screen {}\nset tmargin at screen 1\n"
      "set xrange [-0.5:{}]\nset yrange [-0.5:{}]\n",
      number(left_ / drawing.width), number((left_ + width) / drawing.width),
      number(bottom_ / drawing.height), number(double(canvas_.width()) - cut),
      number(double(canvas_.height()) - cut));
  drawing.script += axes_ + commands_;
  drawing.script += fmt::format(
      "plot {} binary array=({},{}) flipy format='%uchar%uchar%uchar%uchar' using 1:2:3:4 with "
      "rgbalpha\n",
      kDataFile, canvas_.width(), canvas_.height());
  return drawing;
}

}  // namespace plots
