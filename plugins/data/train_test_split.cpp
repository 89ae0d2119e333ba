#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <type_traits>
#include <vector>

#include "element_types.h"
#include "pipeline/plugin.h"
#include "split_rows.h"
#include "take_rows.h"

namespace pipeline::data {
namespace {

/// The place of each label among the sorted distinct labels.
std::vector<std::int64_t> classes_of(const Array& labels) {
  return with_elements(labels, [](auto values) {
    using T = std::remove_const_t<typename decltype(values)::element_type>;
    std::vector<T> distinct(values.begin(), values.end());
    for (const T value : distinct)
      if (!std::isfinite(double(value)))
        throw Error(fmt::format("input 'stratify' must be labels, got {}", value));
    std::sort(distinct.begin(), distinct.end());
    distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
    std::vector<std::int64_t> classes;
    for (const T value : values)
      classes.push_back(std::lower_bound(distinct.begin(), distinct.end(), value) -
                        distinct.begin());
    return classes;
  });
}

}  // namespace

/// Divides rows into a training and a test part: scikit-learn's train_test_split, index for index.
class TrainTestSplit : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Divides rows into a training and a test part: scikit-learn's train_test_split, index for "
        "index.");
    d.param("test_size", test_size_,
            "share (0.1; rounded up) or count of the test rows; by default what train_size leaves, "
            "or a quarter");
    d.param("train_size", train_size_,
            "share (rounded down) or count of the training rows; by default all the others");
    d.param("random_state", random_state_, "seed of the shuffle");
    d.param("shuffle", shuffle_, "draw the rows; otherwise the last ones are for testing");
    d.input("x", x_, "rows of any type and shape").rank(1, 64);
    d.input("y", y_, "as many rows, divided in the same way").optional().rank(1, 64);
    d.input("stratify", stratify_, "a label a row: both parts keep the labels' shares")
        .optional()
        .rank(1);
    d.output("x_train", x_train_, "the training rows of x");
    d.output("x_test", x_test_, "the test rows of x");
    d.output("y_train", y_train_, "the training rows of y, where y is connected");
    d.output("y_test", y_test_, "the test rows of y, where y is connected");
    d.output("train_indices", train_indices_, "where in x the training rows are");
    d.output("test_indices", test_indices_, "where in x the test rows are");
  }

  void preflight(ComponentFactory&) override {
    if (stratify_.connected()) require_numbers(stratify_);
    if (stratify_.connected() && !shuffle_)
      throw Error(
          "a stratified split is a shuffled one: remove 'shuffle: false', or do not "
          "connect the input 'stratify'");
    for (const Input<Array>* other : {&y_, &stratify_})
      if (other->connected()) require_rows(*other, other->shape()[0], x_.shape()[0]);
    SplitSizes sizes{kUnknown, kUnknown};
    if (x_.shape()[0] != kUnknown) sizes = split_sizes(x_.shape()[0], train_size_, test_size_);
    promise(x_, x_train_, sizes.train);
    promise(x_, x_test_, sizes.test);
    y_train_.set_absent(!y_.connected());
    y_test_.set_absent(!y_.connected());
    if (y_.connected()) {
      promise(y_, y_train_, sizes.train);
      promise(y_, y_test_, sizes.test);
    }
    train_indices_.set_shape({sizes.train});
    test_indices_.set_shape({sizes.test});
  }

  void run(Context&) override {
    const std::int64_t rows = x_->shape()[0];
    for (const Input<Array>* other : {&y_, &stratify_})
      if (other->connected()) require_rows(*other, other->get().shape()[0], rows);
    const SplitSizes sizes = split_sizes(rows, train_size_, test_size_);
    const SplitRows split =
        stratify_.connected() ? split_stratified(classes_of(stratify_.get()), sizes, random_state_)
        : shuffle_            ? split_shuffled(rows, sizes, random_state_)
                              : split_in_order(sizes);
    x_train_.set(take_rows(x_.get(), split.train));
    x_test_.set(take_rows(x_.get(), split.test));
    if (y_.connected()) {
      y_train_.set(take_rows(y_.get(), split.train));
      y_test_.set(take_rows(y_.get(), split.test));
    }
    train_indices_.set(Array::of(split.train));
    test_indices_.set(Array::of(split.test));
  }

 private:
  static void require_rows(const Input<Array>& input, std::int64_t found, std::int64_t expected) {
    if (found == kUnknown || expected == kUnknown || found == expected) return;
    throw Error(fmt::format("input '{}' has {} rows, and x has {}: they must be as many",
                            input.info().name, found, expected));
  }

  static void promise(const Input<Array>& from, Output<Array>& to, std::int64_t rows) {
    to.set_element_type(from.element_type());
    to.set_shape(with_rows(from.shape(), rows));
  }

  std::optional<ShareOrCount> test_size_, train_size_;
  std::uint32_t random_state_ = 0;
  bool shuffle_ = true;
  Input<Array> x_, y_, stratify_;
  Output<Array> x_train_, x_test_, y_train_, y_test_;
  Output<std::int64_t> train_indices_, test_indices_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.train_test_split", pipeline::data::TrainTestSplit);
