#include "feature_scaler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "element_types.h"

namespace pipeline::data {
namespace {

constexpr std::size_t kColumns = 16;  // a cache line of f32

Shape sample_of(const Shape& shape) { return Shape(shape.begin() + 1, shape.end()); }

DType scaled_type(DType dtype) { return dtype == DType::f64 ? DType::f64 : DType::f32; }

double checked(double value, std::string_view input, std::size_t place, std::size_t features) {
  if (std::isinf(value))
    throw Error(fmt::format("input '{}' must be finite, got {} in row {}, feature {}", input, value,
                            place / features, place % features));
  return value;
}

/// The columns of features [first, last), which one pass over the rows reads.
std::vector<std::vector<double>> columns_of(const Array& x, std::size_t first, std::size_t last,
                                            std::size_t features) {
  const auto rows = std::size_t(x.shape()[0]);
  std::vector<std::vector<double>> columns(last - first, std::vector<double>(rows));
  with_elements(x, [&](auto values) {
    for (std::size_t row = 0; row < rows; ++row)
      for (std::size_t f = first; f < last; ++f) {
        const std::size_t i = row * features + f;
        columns[f - first][row] = checked(double(values[i]), "fit", i, features);
      }
  });
  return columns;
}

}  // namespace

void FeatureScaler::declare_ports(Declaration& d) {
  d.input("fit", fit_, "samples that the scaler learns from").rank(1, 64);
  d.input("x", x_, "other samples of the same shape").optional().rank(1, 64);
  d.input("other", other_, "still other samples of the same shape").optional().rank(1, 64);
  d.input("inverse", inverse_, "scaled samples, to be brought back").optional().rank(1, 64);
  d.output("fit", fit_out_, "fit, scaled: f64 stays f64, all other types become f32");
  d.output("x", x_out_, "x, scaled, where it is connected");
  d.output("other", other_out_, "other, scaled, where it is connected");
  d.output("inverse", inverse_out_, "inverse, as before the scaling, where it is connected");
}

void FeatureScaler::preflight(ComponentFactory&) {
  for (auto [in, out] : ports()) {
    out->set_absent(!in->connected());
    if (!in->connected()) continue;
    require_numbers(*in);
    if (!compatible(sample_of(in->shape()), sample_of(fit_.shape())))
      throw Error(fmt::format("input '{}' has samples of {}, and fit of {}: they must be alike",
                              in->info().name, to_string(sample_of(in->shape())),
                              to_string(sample_of(fit_.shape()))));
    out->set_shape(in->shape());
    out->set_element_type(scaled_type(in->element_type()));
  }
  promise(sample_of(fit_.shape()));
}

void FeatureScaler::run(Context& context) {
  const Shape sample = sample_of(fit_->shape());
  const auto features = std::size_t(elements(sample));
  if (fit_->shape()[0] == 0) throw Error("input 'fit' must have at least one sample, got none");
  begin(features);
  for (std::size_t first = 0; first < features; first += kColumns) {
    context.check_cancelled();
    std::size_t f = first;
    for (const auto& column :
         columns_of(*fit_, first, std::min(first + kColumns, features), features)) {
      if (std::all_of(column.begin(), column.end(), [](double v) { return std::isnan(v); }))
        throw Error(fmt::format("input 'fit' has no value of feature {}: all {} are missing (NaN)",
                                f, column.size()));
      learn(f++, column);
    }
  }
  tell(sample);
  for (auto [in, out] : ports())
    if (in->connected()) out->set(transformed(*in, features, context));
}

Array FeatureScaler::transformed(const Input<Array>& input, std::size_t features,
                                 Context& context) const {
  Array out(scaled_type(input->dtype()), input->shape());
  const Rounding round{out.dtype() == DType::f32};
  const bool back = &input == &inverse_;
  const auto fill = [&](auto in, auto to) {
    using T = typename decltype(to)::element_type;
    for (std::size_t row = 0; row < in.size(); row += features) {
      if (row / features % 1024 == 0) context.check_cancelled();
      for (std::size_t f = 0; f < features; ++f) {
        const double value = checked(double(in[row + f]), input.info().name, row + f, features);
        to[row + f] = T(std::isnan(value) ? value
                        : back            ? unscaled(value, f, round)
                                          : scaled(value, f, round));
      }
    }
  };
  with_elements(*input, [&](auto in) {
    if (round.single) fill(in, out.mutable_view<float>());
    else fill(in, out.mutable_view<double>());
  });
  return out;
}

std::vector<double> present(const std::vector<double>& column) {
  std::vector<double> values;
  values.reserve(column.size());
  for (const double value : column)
    if (!std::isnan(value)) values.push_back(value);
  return values;
}

double divisor(double extent) {
  return extent < 10 * std::numeric_limits<double>::epsilon() ? 1 : extent;
}

double percentile(const std::vector<double>& ascending, double percent) {
  const double place = percent / 100 * double(ascending.size() - 1);
  const auto below = std::min(std::size_t(place), ascending.size() - 1);
  const double low = ascending[below], high = ascending[std::min(below + 1, ascending.size() - 1)];
  const double share = place - double(below);
  // As numpy has it, so that both ends are met exactly.
  return share < 0.5 ? low + (high - low) * share : high - (high - low) * (1 - share);
}

}  // namespace pipeline::data
