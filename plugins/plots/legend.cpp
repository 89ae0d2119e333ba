#include "legend.h"

#include <array>
#include <cmath>

namespace plots {
namespace {

struct Box {
  double left, right, bottom, top;
  bool holds(double x, double y) const {
    return x >= left && x <= right && y >= bottom && y <= top;
  }
};

/// The length of line within the box, counted in steps of a hundredth of the area's width.
int hidden(const Curve& curve, const Box& box) {
  constexpr double kStep = 0.01;
  int count = 0;
  for (std::size_t i = 0; i < curve.x.size(); ++i) {
    if (!std::isfinite(curve.x[i]) || !std::isfinite(curve.y[i])) continue;
    count += box.holds(curve.x[i], curve.y[i]);
    if (i == 0 || !std::isfinite(curve.y[i - 1])) continue;
    const double dx = curve.x[i] - curve.x[i - 1], dy = curve.y[i] - curve.y[i - 1];
    const int steps = int(std::min(1000.0, std::ceil(std::sqrt(dx * dx + dy * dy) / kStep)));
    for (int k = 1; k < steps; ++k)
      count += box.holds(curve.x[i - 1] + dx * k / steps, curve.y[i - 1] + dy * k / steps);
  }
  return count;
}

}  // namespace

std::string emptiest_place(const std::vector<Curve>& curves, double width, double height) {
  const double right = 1 - width, top = 1 - height, left = right / 2, low = top / 2;
  const std::array<std::pair<const char*, Box>, 9> places = {{
      {"top right", {right, 1, top, 1}},
      {"top left", {0, width, top, 1}},
      {"bottom left", {0, width, 0, height}},
      {"bottom right", {right, 1, 0, height}},
      {"center right", {right, 1, low, low + height}},
      {"center left", {0, width, low, low + height}},
      {"bottom center", {left, left + width, 0, height}},
      {"top center", {left, left + width, top, 1}},
      {"center", {left, left + width, low, low + height}},
  }};
  std::string best;
  int least = 0;
  for (const auto& [name, box] : places) {
    int count = 0;
    for (const Curve& curve : curves) count += hidden(curve, box);
    if (best.empty() || count < least) {
      best = name;
      least = count;
    }
  }
  return best;
}

}  // namespace plots
