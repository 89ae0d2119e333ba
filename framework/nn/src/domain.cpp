#include "pipeline/nn/domain.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "pipeline/error.h"

namespace pipeline::nn {
namespace {

/// How far a sum of probabilities may be from 1: targets are often rounded.
constexpr double kSumTolerance = 1e-3;

/// Sums over the channels, at each place, that are not 1.
bool sums_to_one(std::span<const float> values, const Geometry& geometry) {
  const int places = geometry.height * geometry.width;
  for (int place = 0; place < places; ++place) {
    double sum = 0;
    for (int c = 0; c < geometry.channels; ++c)
      sum += double(values[std::size_t(c * places + place)]);
    if (!(std::abs(sum - 1) <= kSumTolerance)) return false;
  }
  return true;
}

bool holds(const Domain& domain, float value) {
  return std::isfinite(value) && double(value) >= domain.least && double(value) <= domain.most &&
         (!domain.whole || std::floor(value) == value);
}

}  // namespace

bool Domain::is_all() const {
  return std::isinf(least) && std::isinf(most) && !whole && !sums_to_one;
}

std::string Domain::text() const {
  std::string text = whole ? "whole numbers" : "values";
  if (std::isfinite(least) && std::isfinite(most))
    text += fmt::format(" from {} to {}", least, most);
  else if (std::isfinite(least)) text += fmt::format(" of at least {}", least);
  else if (std::isfinite(most)) text += fmt::format(" of at most {}", most);
  else if (!whole) text = "finite values";
  if (sums_to_one) text += " that sum to 1";
  return text;
}

Domain domain_of(Activation activation) {
  switch (activation) {
    case Activation::sigmoid: return {0, 1};
    case Activation::softmax: return {0, 1, false, true};
    case Activation::tanh: return {-1, 1};
    case Activation::relu:
    case Activation::softplus: return {0};
    case Activation::elu: return {-1};
    case Activation::linear:
    case Activation::leaky_relu:
    case Activation::swish:
    case Activation::gelu: break;
  }
  return {};
}

void require_domain(const Domain& domain, std::span<const float> values, const Shape& sample,
                    std::string_view rows, std::string_view taker) {
  const std::size_t size = std::size_t(elements(sample));
  const Geometry geometry = Geometry::of(sample);
  std::size_t wrong_rows = 0, first_row = 0;
  float first_value = 0;
  bool first_is_sum = false;
  double least = std::numeric_limits<double>::infinity(), most = -least;
  for (std::size_t row = 0; row * size < values.size(); ++row) {
    const auto of_row = values.subspan(row * size, size);
    const auto wrong = std::find_if(of_row.begin(), of_row.end(),
                                    [&](float value) { return !holds(domain, value); });
    const bool wrong_sum =
        wrong == of_row.end() && domain.sums_to_one && !sums_to_one(of_row, geometry);
    for (float value : of_row)
      least = std::min(least, double(value)), most = std::max(most, double(value));
    if (wrong == of_row.end() && !wrong_sum) continue;
    if (wrong_rows++ > 0) continue;
    first_row = row;
    first_is_sum = wrong_sum;
    if (!wrong_sum) first_value = *wrong;
  }
  if (wrong_rows == 0) return;
  throw Error(fmt::format(
      "{}: row {} has {}, and {} takes {}; so it is in {} of {} rows, whose values go from {:g} to "
      "{:g}",
      rows, first_row,
      first_is_sum ? "values that do not sum to 1" : fmt::format("{:g}", first_value), taker,
      domain.text(), wrong_rows, values.size() / size, least, most));
}

}  // namespace pipeline::nn
