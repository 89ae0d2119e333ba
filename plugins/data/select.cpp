#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <optional>
#include <vector>

#include "element_types.h"
#include "numpy_random.h"
#include "pipeline/plugin.h"
#include "pipeline/row_choice.h"
#include "take_rows.h"

namespace pipeline::data {
namespace {

using Indices = std::vector<std::int64_t>;

/// Those of `rows` where `keep(value)` of the input's row is true.
template <class Keep>
Indices filtered(const Indices& rows, const Input<Array>& input, Keep&& keep) {
  Indices kept;
  with_elements(*input, [&](auto values) {
    for (const std::int64_t row : rows) {
      const double value = double(values[std::size_t(row)]);
      if (std::isnan(value))
        throw Error(fmt::format("input '{}' is missing (NaN) in row {}", input.info().name, row));
      if (keep(value)) kept.push_back(row);
    }
  });
  return kept;
}

}  // namespace

/// Rows by number, label, mask or at random; arrays that belong together stay in step.
class Select : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Some rows of up to three arrays in step: those that indices, mask and classes leave, of "
        "these the ones that rows names, and of these count at random.");
    d.param("classes", classes_, "keep the rows whose label is one of these");
    d.param("rows", rows_,
            "which rows: all, a list of them in this order (a row may be named twice), or "
            "{start: 0, stop: 100, step: 10}");
    d.param("count", count_, "draw so many rows without replacement, in the order drawn")
        .at_least(1);
    d.param("random_state", random_state_,
            "seed of the draw, which is numpy's RandomState.choice(n, count, replace=False)");
    d.input("x", x_, "rows of any type and shape").rank(1, 64);
    d.input("y", y_, "as many other rows").optional().rank(1, 64);
    d.input("z", z_, "still other rows").optional().rank(1, 64);
    d.input("labels", labels_, "a number a row, for classes").optional().rank(1);
    d.input("mask", mask_, "a number a row: 0 leaves the row out").optional().rank(1);
    d.input("indices", indices_, "whole numbers of any shape: rows, in this order").optional();
    d.output("x", x_out_, "the rows of x");
    d.output("y", y_out_, "the same rows of y, where it is connected");
    d.output("z", z_out_, "the same rows of z, where it is connected");
    d.output("labels", labels_out_, "the rows' labels, where they are connected");
    d.output("indices", indices_out_, "where in x the rows are");
  }

  void preflight(ComponentFactory&) override {
    if (!classes_.empty() && !labels_.connected())
      throw Error("parameter 'classes' needs the input 'labels', which is not wired");
    for (const Input<Array>* input : {&labels_, &mask_, &indices_})
      if (input->connected()) require_numbers(*input);
    for (const Input<Array>* other : {&y_, &z_, &labels_, &mask_})
      if (other->connected()) require_rows(*other, other->shape()[0], x_.shape()[0]);
    const bool by_value = mask_.connected() || !classes_.empty();
    const std::int64_t n = by_value               ? kUnknown
                           : indices_.connected() ? elements(indices_.shape())
                                                  : x_.shape()[0];
    const std::int64_t count =
        n == kUnknown ? kUnknown : std::int64_t(drawn(rows_.of(n, "row", left_by())).size());
    for (auto [in, out] : ports()) {
      out->set_absent(!in->connected());
      if (!in->connected()) continue;
      out->set_element_type(in->element_type());
      out->set_shape(with_rows(in->shape(), count));
    }
    indices_out_.set_shape({count});
  }

  void run(Context& context) override {
    const std::int64_t n = x_->shape()[0];
    for (const Input<Array>* other : {&y_, &z_, &labels_, &mask_})
      if (other->connected()) require_rows(*other, other->get().shape()[0], n);
    Indices rows = candidates(n);
    if (mask_.connected()) rows = filtered(rows, mask_, [](double value) { return value != 0; });
    if (!classes_.empty())
      rows = filtered(rows, labels_, [&](double value) {
        return std::any_of(classes_.begin(), classes_.end(),
                           [&](std::int64_t label) { return double(label) == value; });
      });
    if (rows.empty() && !filters().empty())
      throw Error(fmt::format("none of the {} rows of input 'x' is left by {}", n, filters()));
    Indices chosen;
    for (const std::int64_t place : drawn(rows_.of(std::int64_t(rows.size()), "row", left_by())))
      chosen.push_back(rows[std::size_t(place)]);
    for (auto [in, out] : ports()) {
      context.check_cancelled();
      if (in->connected()) out->set(take_rows(in->get(), chosen));
    }
    indices_out_.set(Array::of(chosen));
  }

 private:
  struct Pair {
    Input<Array>* in;
    Output<Array>* out;
  };
  std::array<Pair, 4> ports() {
    return {{{&x_, &x_out_}, {&y_, &y_out_}, {&z_, &z_out_}, {&labels_, &labels_out_}}};
  }

  static void require_rows(const Input<Array>& input, std::int64_t found, std::int64_t expected) {
    if (found == kUnknown || expected == kUnknown || found == expected) return;
    throw Error(fmt::format("input '{}' has {} rows, and x has {}: they must be as many",
                            input.info().name, found, expected));
  }

  /// What input indices names, or all.
  Indices candidates(std::int64_t n) const {
    Indices rows;
    if (!indices_.connected()) {
      rows.resize(std::size_t(n));
      std::iota(rows.begin(), rows.end(), std::int64_t{0});
      return rows;
    }
    with_elements(*indices_, [&](auto values) {
      for (std::size_t i = 0; i < values.size(); ++i) {
        const double row = double(values[i]);
        if (!(row >= 0 && row < double(n)) || row != double(std::int64_t(row)))
          throw Error(
              fmt::format("input 'indices' names row {} at place {}; x has the rows 0 to {}",
                          values[i], i, n - 1));
        rows.push_back(std::int64_t(values[i]));
      }
    });
    return rows;
  }

  Indices drawn(const Indices& places) const {
    if (!count_) return places;
    if (*count_ > std::int64_t(places.size()))
      throw Error(fmt::format("parameter 'count' is {}; there are {} rows to draw from{}", *count_,
                              places.size(), left_by()));
    return NumpyRandom(random_state_).choice(places, std::size_t(*count_));
  }

  std::string filters() const {
    std::string text;
    const auto add = [&](bool used, const char* name) {
      if (used) text += (text.empty() ? "" : " and ") + std::string(name);
    };
    add(indices_.connected(), "indices");
    add(mask_.connected(), "mask");
    add(!classes_.empty(), "classes");
    return text;
  }
  std::string left_by() const { return filters().empty() ? "" : ", which " + filters() + " left"; }

  Indices classes_;
  RowChoice rows_;
  std::optional<std::int64_t> count_;
  std::uint32_t random_state_ = 0;
  Input<Array> x_, y_, z_, labels_, mask_, indices_;
  Output<Array> x_out_, y_out_, z_out_, labels_out_;
  Output<std::int64_t> indices_out_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.select", pipeline::data::Select);
