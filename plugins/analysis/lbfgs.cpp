#include "lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>

namespace pipeline::analysis {
namespace {

constexpr std::size_t kCorrections = 10;
constexpr double kDecrease = 1e-4, kCurvature = 0.9;  // of the Wolfe conditions
constexpr int kSteps = 30;                            // of a line search at most

struct Place {
  double step = 0, value = 0, slope = 0;
  Vector at, gradient;
};

/// A function along a line.
class Line {
 public:
  Line(const Objective& objective, const Place& from, const Vector& direction)
      : objective_(objective), from_(from), direction_(direction) {}
  Place at(double step) const {
    Place place;
    place.step = step;
    place.at = from_.at + step * direction_;
    place.gradient.resize(place.at.size());
    place.value = objective_(place.at, place.gradient);
    place.slope = place.gradient.dot(direction_);
    return place;
  }
  bool too_high(const Place& p, double slope) const {
    return p.value > from_.value + kDecrease * p.step * slope;
  }

 private:
  const Objective& objective_;
  const Place& from_;
  const Vector& direction_;
};

/// Where the cubic through both places has its minimum, kept away from either.
double between(const Place& a, const Place& b) {
  const double d = a.slope + b.slope - 3 * (a.value - b.value) / (a.step - b.step);
  const double root = std::sqrt(std::max(d * d - a.slope * b.slope, 0.0));
  const double sign = b.step > a.step ? 1 : -1;
  double step = b.step - (b.step - a.step) * (b.slope + sign * root - d) /
                             (b.slope - a.slope + 2 * sign * root);
  const double low = std::min(a.step, b.step), high = std::max(a.step, b.step);
  const double edge = 0.1 * (high - low);
  if (!std::isfinite(step)) step = (low + high) / 2;
  return std::clamp(step, low + edge, high - edge);
}

/// A place that fulfils the conditions, or the lowest found.
Place search(const Line& line, const Place& from, double slope, double first) {
  Place low = from, high;
  low.slope = slope;
  low.step = 0;
  bool bracketed = false;
  double step = first;
  for (int i = 0; i < kSteps; ++i) {
    Place next = line.at(bracketed ? between(low, high) : step);
    if (line.too_high(next, slope) || next.value >= low.value) {
      high = std::move(next);
      bracketed = true;
      continue;
    }
    if (std::abs(next.slope) <= -kCurvature * slope) return next;
    const double towards = bracketed ? high.step - low.step : 1;
    if (next.slope * towards >= 0) {
      high = low;
      bracketed = true;
    }
    low = std::move(next);
    step = 2 * low.step;
  }
  return low;
}

struct Correction {
  Vector step, change;  ///< of place and gradient
  double inverse_product;
};

/// Minus the gradient times what is known of the inverse second derivatives.
Vector direction_of(const Vector& gradient, const std::deque<Correction>& corrections) {
  Vector q = -gradient;
  std::vector<double> shares(corrections.size());
  for (std::size_t i = corrections.size(); i-- > 0;) {
    const Correction& c = corrections[i];
    shares[i] = c.inverse_product * c.step.dot(q);
    q -= shares[i] * c.change;
  }
  if (!corrections.empty()) {
    const Correction& last = corrections.back();
    q /= last.inverse_product * last.change.squaredNorm();
  }
  for (std::size_t i = 0; i < corrections.size(); ++i) {
    const Correction& c = corrections[i];
    q += (shares[i] - c.inverse_product * c.change.dot(q)) * c.step;
  }
  return q;
}

}  // namespace

Minimum minimise(const Objective& objective, Vector start, std::int64_t max_iter,
                 double tolerance) {
  Place now;
  now.at = std::move(start);
  now.gradient.resize(now.at.size());
  now.value = objective(now.at, now.gradient);
  std::deque<Correction> corrections;
  Minimum result;
  const auto settled = [&] {
    result.gradient = now.gradient.cwiseAbs().maxCoeff();
    return result.gradient <= tolerance;
  };
  while (!(result.converged = settled()) && result.n_iter < max_iter) {
    const Vector direction = direction_of(now.gradient, corrections);
    const double slope = now.gradient.dot(direction);
    const double first = corrections.empty() ? std::min(1.0, 1 / now.gradient.norm()) : 1;
    Place next = search(Line(objective, now, direction), now, slope, first);
    ++result.n_iter;
    if (!(next.value < now.value)) {  // rounding is all there is
      if (corrections.empty()) {
        result.converged = true;
        break;
      }
      corrections.clear();  // along the gradient once more
      continue;
    }
    Correction correction{next.at - now.at, next.gradient - now.gradient, 0};
    const double product = correction.step.dot(correction.change);
    if (product > 0) {
      correction.inverse_product = 1 / product;
      corrections.push_back(std::move(correction));
      if (corrections.size() > kCorrections) corrections.pop_front();
    }
    now = std::move(next);
  }
  result.at = std::move(now.at);
  return result;
}

}  // namespace pipeline::analysis
