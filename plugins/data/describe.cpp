#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "element_types.h"
#include "pipeline/plugin.h"

namespace pipeline::data {
namespace {

/// Of numbers, without the missing ones (NaN). The mean is a sum in their order, the deviation that
/// of a population.
struct Numbers {
  std::int64_t count = 0, missing = 0;
  double least = NAN, greatest = NAN, mean = NAN, std = NAN;
};

/// Of every `step`th value from `first` on.
template <class T>
Numbers numbers_of(std::span<const T> values, std::size_t first, std::size_t step) {
  Numbers n;
  double sum = 0, squares = 0;
  for (std::size_t i = first; i < values.size(); i += step) {
    const double value = double(values[i]);
    if (std::isnan(value)) {
      ++n.missing;
      continue;
    }
    n.least = n.count == 0 ? value : std::min(n.least, value);
    n.greatest = n.count == 0 ? value : std::max(n.greatest, value);
    sum += value;
    ++n.count;
  }
  if (n.count == 0) return n;
  n.mean = sum / double(n.count);
  for (std::size_t i = first; i < values.size(); i += step)
    if (const double difference = double(values[i]) - n.mean; !std::isnan(difference))
      squares += difference * difference;
  n.std = std::sqrt(squares / double(n.count));
  return n;
}

Table table_of(const std::vector<Numbers>& rows) {
  Table table;
  const auto add = [&](const char* name, auto member) {
    std::vector<std::decay_t<decltype(rows[0].*member)>> column;
    for (const Numbers& row : rows) column.push_back(row.*member);
    table.add(name, Array::of(column));
  };
  add("count", &Numbers::count);
  add("missing", &Numbers::missing);
  add("min", &Numbers::least);
  add("max", &Numbers::greatest);
  add("mean", &Numbers::mean);
  add("std", &Numbers::std);
  return table;
}

}  // namespace

/// What an array is like: shape, type, least, greatest, mean, missing values, classes.
class Describe : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "What an array is like: shape, type, least, greatest, mean, deviation and missing values, "
        "in all and of each feature; of labels the classes and their counts.");
    d.input("x", x_, "numbers of any shape").optional();
    d.input("labels", labels_, "labels of any shape").optional();
    d.output("text", text_, "all of it but the features, as text; it is in the log, too");
    d.output("values", values_,
             "a table of one row of x: count, missing, min, max, mean, std (of a population)");
    d.output("features", features_, "the same with a row for each feature, where x has samples");
    d.output("classes", classes_, "a table of label and count, where labels is connected");
  }

  void preflight(ComponentFactory&) override {
    if (!x_.connected() && !labels_.connected())
      throw Error("there is nothing to describe: wire input 'x', 'labels' or both");
    values_.set_absent(!x_.connected());
    features_.set_absent(!x_.connected() || x_.shape().size() < 2);
    classes_.set_absent(!labels_.connected());
    if (x_.connected()) require_numbers(x_);
    if (labels_.connected()) require_numbers(labels_);
  }

  void run(Context& context) override {
    std::string text;
    if (x_.connected()) text += describe_numbers(context);
    if (labels_.connected()) text += describe_labels();
    std::size_t line = 0;
    for (std::size_t end; (end = text.find('\n', line)) != std::string::npos; line = end + 1)
      context.log(text.substr(line, end - line));
    text_.set({text});
  }

 private:
  std::string describe_numbers(Context& context) {
    const Shape& shape = x_->shape();
    const Numbers all = with_elements(*x_, [](auto values) { return numbers_of(values, 0, 1); });
    values_.set(table_of({all}));
    if (!features_.absent()) {
      const std::int64_t features = elements(Shape(shape.begin() + 1, shape.end()));
      std::vector<Numbers> rows;
      with_elements(*x_, [&](auto values) {
        for (std::int64_t f = 0; f < features; ++f) {
          if (f % 64 == 0) context.check_cancelled();
          rows.push_back(numbers_of(values, std::size_t(f), std::size_t(features)));
        }
      });
      features_.set(table_of(rows));
    }
    std::string text =
        fmt::format("x: {} of {}, {} values\n", to_string(shape), name(x_->dtype()), x_->size());
    text += fmt::format("  min {:.6g}, max {:.6g}, mean {:.6g}, std {:.6g}\n", all.least,
                        all.greatest, all.mean, all.std);
    return text + fmt::format("  missing: {}\n", all.missing);
  }

  std::string describe_labels() {
    std::map<double, std::int64_t> counts;
    std::int64_t missing = 0;
    with_elements(*labels_, [&](auto values) {
      for (const auto value : values)
        if (std::isnan(double(value))) ++missing;
        else ++counts[double(value)];
    });
    std::vector<double> labels;
    std::vector<std::int64_t> numbers;
    for (const auto& [label, count] : counts) {
      labels.push_back(label);
      numbers.push_back(count);
    }
    Table table;
    table.add("label", Array::of(labels));
    table.add("count", Array::of(numbers));
    classes_.set(std::move(table));
    std::string text =
        fmt::format("labels: {} of {}, {} classes, {} missing\n", to_string(labels_->shape()),
                    name(labels_->dtype()), counts.size(), missing);
    std::size_t shown = 0;
    for (const auto& [label, count] : counts) {
      if (++shown > kShownClasses) {
        text += fmt::format("  … and {} more classes\n", counts.size() - kShownClasses);
        break;
      }
      text += fmt::format("  {:g}: {}\n", label, count);
    }
    return text;
  }

  static constexpr std::size_t kShownClasses = 100;
  Input<Array> x_, labels_;
  Output<Text> text_;
  Output<Table> values_, features_, classes_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.describe", pipeline::data::Describe);
