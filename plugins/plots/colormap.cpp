#include "colormap.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <span>

#include "pipeline/math.h"

namespace plots {
namespace {

struct Point {
  double x, y;
};

/// Through the points, which ascend from x = 0 to x = 1.
double piecewise(double x, std::span<const Point> points) {
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto [x0, y0] = points[i - 1];
    const auto [x1, y1] = points[i];
    if (x <= x1) return y0 + (x - x0) / (x1 - x0) * (y1 - y0);
  }
  return points.back().y;
}

/// MATLAB's, with matplotlib's breakpoints.
Rgb jet(double x) {
  static constexpr Point red[] = {{0, 0}, {0.35, 0}, {0.66, 1}, {0.89, 1}, {1, 0.5}};
  static constexpr Point green[] = {{0, 0}, {0.125, 0}, {0.375, 1}, {0.64, 1}, {0.91, 0}, {1, 0}};
  static constexpr Point blue[] = {{0, 0.5}, {0.11, 1}, {0.34, 1}, {0.65, 0}, {1, 0}};
  return rgb(piecewise(x, red), piecewise(x, green), piecewise(x, blue));
}

/// gnuplot's rgbformulae 33,13,10, as in matplotlib.
Rgb rainbow(double x) {
  return rgb(std::abs(2 * x - 0.5), pipeline::math::sin(std::numbers::pi * x),
             pipeline::math::cos(std::numbers::pi * x / 2));
}

Rgb gray(double x) { return rgb(x, x, x); }

// Equally spaced anchors of matplotlib's tables of 256 colours. viridis: Smith and van der Walt,
// 2015 (CC0); coolwarm: Moreland, Diverging color maps for scientific visualization, 2009.
constexpr std::array<Rgb, 52> kViridis = {
    0x440154, 0x46085c, 0x471063, 0x481769, 0x481d6f, 0x482475, 0x472a7a, 0x46307e, 0x453781,
    0x433d84, 0x414287, 0x3f4889, 0x3d4e8a, 0x3a538b, 0x38598c, 0x355e8d, 0x33638d, 0x31688e,
    0x2e6d8e, 0x2c718e, 0x2a768e, 0x297b8e, 0x27808e, 0x25848e, 0x23898e, 0x218e8d, 0x20928c,
    0x1f978b, 0x1e9c89, 0x1fa188, 0x21a585, 0x24aa83, 0x28ae80, 0x2eb37c, 0x35b779, 0x3dbc74,
    0x46c06f, 0x50c46a, 0x5ac864, 0x65cb5e, 0x70cf57, 0x7cd250, 0x89d548, 0x95d840, 0xa2da37,
    0xb0dd2f, 0xbddf26, 0xcae11f, 0xd8e219, 0xe5e419, 0xf1e51d, 0xfde725,
};
constexpr std::array<Rgb, 33> kCoolwarm = {
    0x3b4cc0, 0x445acc, 0x4d68d7, 0x5775e1, 0x6282ea, 0x6c8ef1, 0x779af7, 0x82a5fb, 0x8db0fe,
    0x98b9ff, 0xa3c2fe, 0xaec9fc, 0xb8d0f9, 0xc2d5f4, 0xccd9ee, 0xd5dbe6, 0xdddddd, 0xe5d8d1,
    0xecd3c5, 0xf1ccb9, 0xf4c4ad, 0xf7bba0, 0xf7b194, 0xf7a687, 0xf49a7b, 0xf18d6f, 0xec7f63,
    0xe57058, 0xde604d, 0xd55042, 0xcb3e38, 0xc0282f, 0xb40426,
};

Rgb between(double x, std::span<const Rgb> anchors) {
  const double place = x * double(anchors.size() - 1);
  const auto below = std::min(std::size_t(place), anchors.size() - 2);
  const double share = place - double(below);
  const auto mix = [&](int shift) {
    const double a = anchors[below] >> shift & 0xff, b = anchors[below + 1] >> shift & 0xff;
    return (a + share * (b - a)) / 255;
  };
  return rgb(mix(16), mix(8), mix(0));
}

Rgb viridis(double x) { return between(x, kViridis); }
Rgb coolwarm(double x) { return between(x, kCoolwarm); }

const std::map<std::string, Rgb (*)(double)>& maps() {
  static const std::map<std::string, Rgb (*)(double)> all = {{"jet", jet},
                                                             {"viridis", viridis},
                                                             {"rainbow", rainbow},
                                                             {"coolwarm", coolwarm},
                                                             {"gray", gray}};
  return all;
}

bool reversed(const std::string& name) { return name.ends_with("_r"); }

}  // namespace

Rgb rgb(double red, double green, double blue) {
  const auto byte = [](double v) { return Rgb(std::lround(std::clamp(v, 0.0, 1.0) * 255)); };
  return byte(red) << 16 | byte(green) << 8 | byte(blue);
}

std::vector<std::string> colormaps() {
  std::vector<std::string> names;
  for (const auto& [name, function] : maps()) {
    names.push_back(name);
    names.push_back(name + "_r");
  }
  return names;
}

Rgb color_at(const std::string& colormap, double x) {
  x = std::clamp(x, 0.0, 1.0);
  if (reversed(colormap)) return color_at(colormap.substr(0, colormap.size() - 2), 1 - x);
  return maps().at(colormap)(x);
}

std::string palette(const std::string& colormap) {
  std::string entries;
  for (int i = 0; i < 256; ++i)
    entries += fmt::format("{}{} {}", i ? "," : "", i, quote(color_at(colormap, i / 255.0)));
  return "set palette maxcolors 0\nset palette model RGB defined (" + entries + ")\n";
}

std::string palette(const std::vector<Rgb>& colors) {
  std::string entries;
  for (std::size_t i = 0; i < colors.size(); ++i)
    entries += fmt::format("{}{} {}", i ? "," : "", i, quote(colors[i]));
  // gnuplot wants two entries, and cannot have one step alone.
  if (colors.size() == 1) entries += ",1 " + quote(colors[0]);
  const std::size_t steps = colors.size() == 1 ? 0 : colors.size();
  return fmt::format("set palette model RGB defined ({})\nset palette maxcolors {}\n", entries,
                     steps);
}

}  // namespace plots
