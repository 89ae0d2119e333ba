#include "canvas.h"

#include <algorithm>
#include <cmath>

namespace pipeline::data {
namespace {

// No line is thicker than this share of the image: pixels farther away stay untouched.
constexpr double kReach = 0.15;

double squared_distance(const Point& p, const Point& a, const Point& b) {
  const double dx = b.x - a.x, dy = b.y - a.y, length = dx * dx + dy * dy;
  double t = 0;  // where between a and b the nearest point is
  if (length > 0) t = std::clamp(((p.x - a.x) * dx + (p.y - a.y) * dy) / length, 0.0, 1.0);
  const double x = a.x + t * dx - p.x, y = a.y + t * dy - p.y;
  return x * x + y * y;
}

}  // namespace

Canvas::Canvas(int size)
    : size_(size), distance_(std::size_t(size) * std::size_t(size), double(size) * size) {}

void Canvas::line(std::span<const Point> points) {
  for (std::size_t i = 1; i < points.size(); ++i) segment(points[i - 1], points[i]);
}

void Canvas::segment(const Point& a, const Point& b) {
  const double reach = kReach * size_ + 1;
  const auto pixel = [&](double position) { return std::clamp(int(position), 0, size_ - 1); };
  const int left = pixel(std::min(a.x, b.x) - reach), right = pixel(std::max(a.x, b.x) + reach);
  const int top = pixel(std::min(a.y, b.y) - reach), bottom = pixel(std::max(a.y, b.y) + reach);
  for (int y = top; y <= bottom; ++y)
    for (int x = left; x <= right; ++x) {
      double& nearest = distance_[std::size_t(y * size_ + x)];
      nearest = std::min(nearest, squared_distance({x + 0.5, y + 0.5}, a, b));
    }
}

void Canvas::ink(double radius, std::span<float> pixels) const {
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = float(std::clamp(radius + 0.5 - std::sqrt(distance_[i]), 0.0, 1.0));
}

}  // namespace pipeline::data
