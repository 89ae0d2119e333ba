#include "random_warp.h"

#include <array>
#include <cmath>

#include "pipeline/nn/elementwise.h"

namespace pipeline::layers {
namespace {

constexpr std::uint32_t kPurpose = purpose::kNoise;

/// Places are held within this, far outside of all images, so that they fit an int.
double bounded(double place) { return std::min(std::max(place, -1e8), 1e8); }

}  // namespace

Warp around_middle(const Geometry& image, double a, double b, double c, double d) {
  const double row = (image.height - 1) / 2.0, column = (image.width - 1) / 2.0;
  return {{a, b, row - a * row - b * column}, {c, d, column - c * row - d * column}};
}

void RandomWarp::declare_fill(Declaration& d) {
  d.param("fill_mode", fill_mode_,
          "what is beyond the border: reflect (dcba|abcd|dcba), nearest (aaaa|abcd|dddd), wrap "
          "(abcd|abcd|abcd), constant")
      .choices({"reflect", "nearest", "wrap", "constant"});
  d.param("fill_value", fill_value_, "for fill_mode: constant");
}

/// The place inside an axis that stands for one beyond it; -1 for the constant.
int RandomWarp::inside(int place, int size) const {
  if (place >= 0 && place < size) return place;
  if (fill_mode_ == "constant") return -1;
  if (fill_mode_ == "nearest") return place < 0 ? 0 : size - 1;
  const int period = fill_mode_ == "wrap" ? size : 2 * size;
  const int folded = (place % period + period) % period;
  return folded < size ? folded : period - 1 - folded;
}

/// Calls f(r, q, row, column, weight) for each place (r, q) and the pixels that it is mixed of; a
/// row or column of -1 is the constant.
template <class F>
void RandomWarp::each_tap(const Warp& warp, const Geometry& image, F f) const {
  for (int r = 0; r < image.height; ++r)
    for (int q = 0; q < image.width; ++q) {
      const double row = bounded(warp.rows[0] * r + warp.rows[1] * q + warp.rows[2]);
      const double column = bounded(warp.columns[0] * r + warp.columns[1] * q + warp.columns[2]);
      const double top = std::floor(row), left = std::floor(column);
      const double down = row - top, right = column - left;
      for (int a = 0; a < 2; ++a)
        for (int b = 0; b < 2; ++b) {
          const double weight = (a ? down : 1 - down) * (b ? right : 1 - right);
          if (weight == 0) continue;
          f(r, q, inside(int(top) + a, image.height), inside(int(left) + b, image.width),
            float(weight));
        }
    }
}

void RandomWarp::forward(const ForwardBlock& f) const {
  if (!f.pass.training) return scale(f.x[0], 1.0f, f.y);
  std::array<float, std::size_t(4 * kLanes)> draws;
  f.random(kPurpose).uniform(0, 4, draws.data());
  map(f.y, [] { return 0.0f; });
  for (int lane = 0; lane < kLanes; ++lane) {
    const Warp warp =
        draw(f.y, double(draws[std::size_t(lane)]), double(draws[std::size_t(kLanes + lane)]));
    each_tap(warp, f.y, [&](int r, int q, int row, int column, float weight) {
      const bool constant = row < 0 || column < 0;
      for (int c = 0; c < f.y.channels; ++c)
        f.y.at(c, r, q, lane) +=
            weight * (constant ? float(fill_value_) : f.x[0].at(c, row, column, lane));
    });
  }
}

void RandomWarp::backward(const BackwardBlock& f) const {
  const Block& dx = f.dx[0];
  if (!dx) return;
  if (!f.pass.training) return scale(f.dy, 1.0f, dx);
  std::array<float, std::size_t(4 * kLanes)> draws;
  f.random(kPurpose).uniform(0, 4, draws.data());
  map(dx, [] { return 0.0f; });
  for (int lane = 0; lane < kLanes; ++lane) {
    const Warp warp =
        draw(dx, double(draws[std::size_t(lane)]), double(draws[std::size_t(kLanes + lane)]));
    each_tap(warp, dx, [&](int r, int q, int row, int column, float weight) {
      if (row < 0 || column < 0) return;
      for (int c = 0; c < dx.channels; ++c)
        dx.at(c, row, column, lane) += weight * f.dy.at(c, r, q, lane);
    });
  }
}

}  // namespace pipeline::layers
