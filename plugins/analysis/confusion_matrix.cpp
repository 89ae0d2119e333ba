#include <fmt/format.h>

#include <algorithm>

#include "label_pair.h"
#include "labels.h"
#include "pipeline/plugin.h"

namespace pipeline::analysis {

/// How often each label is predicted as each (scikit-learn's confusion_matrix).
class ConfusionMatrix : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("How often each label is predicted as each (scikit-learn's confusion_matrix).");
    d.param("labels", wanted_,
            "the labels of rows and columns, in this order; others are left out. By default all, "
            "ascending");
    d.param("normalize", normalize_,
            "divide by the counts of true labels (a row's), of predicted "
            "ones (a column's), or by all")
        .choices({"none", "true", "pred", "all"});
    labels_.declare(d, "the true labels", "the predicted ones");
    d.output("matrix", matrix_, "[true, predicted]: i64 counts, or f64 shares if normalized");
    d.output("labels", labels_out_, "i64, the labels of rows and columns");
  }

  void preflight(ComponentFactory&) override {
    labels_.preflight();
    for (std::size_t i = 0; i < wanted_.size(); ++i)
      if (std::count(wanted_.begin(), wanted_.end(), wanted_[i]) > 1)
        throw Error(fmt::format("parameter 'labels' names {} twice", wanted_[i]));
    const std::int64_t size = wanted_.empty() ? kUnknown : std::int64_t(wanted_.size());
    matrix_.set_element_type(normalize_ == "none" ? DType::i64 : DType::f64);
    matrix_.set_shape({size, size});
    labels_out_.set_shape({size});
  }

  void run(Context&) override {
    std::vector<std::int64_t> truth, predicted;
    labels_.read(truth, predicted);
    std::vector<std::int64_t> classes = wanted_;
    if (classes.empty()) {
      classes = truth;
      classes.insert(classes.end(), predicted.begin(), predicted.end());
      classes = classes_of(classes);
    }
    const std::size_t n = classes.size();
    std::vector<std::int64_t> counts(n * n);
    const auto place = [&](std::int64_t label) {
      return std::size_t(std::find(classes.begin(), classes.end(), label) - classes.begin());
    };
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const std::size_t row = place(truth[i]), column = place(predicted[i]);
      if (row < n && column < n) ++counts[row * n + column];
    }
    if (std::all_of(counts.begin(), counts.end(), [](std::int64_t c) { return c == 0; }))
      throw Error("none of the labels that parameter 'labels' names is in y_true and y_pred");
    const Shape shape = {std::int64_t(n), std::int64_t(n)};
    matrix_.set(normalize_ == "none" ? Array::of(counts, shape)
                                     : Array::of(shares(counts, n), shape));
    labels_out_.set(Array::of(classes));
  }

 private:
  /// Of an empty row or column zero.
  std::vector<double> shares(const std::vector<std::int64_t>& counts, std::size_t n) const {
    std::vector<double> rows(n), columns(n);
    double all = 0;
    for (std::size_t i = 0; i < n * n; ++i) {
      rows[i / n] += double(counts[i]);
      columns[i % n] += double(counts[i]);
      all += double(counts[i]);
    }
    std::vector<double> result(n * n);
    for (std::size_t i = 0; i < n * n; ++i) {
      const double whole = normalize_ == "true"   ? rows[i / n]
                           : normalize_ == "pred" ? columns[i % n]
                                                  : all;
      result[i] = whole > 0 ? double(counts[i]) / whole : 0;
    }
    return result;
  }

  std::vector<std::int64_t> wanted_;
  std::string normalize_ = "none";
  LabelPair labels_{"y_true", "y_pred"};
  Output<Array> matrix_;
  Output<std::int64_t> labels_out_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("metrics.confusion_matrix", pipeline::analysis::ConfusionMatrix);
