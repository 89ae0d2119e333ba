#include "label_pair.h"
#include "labels.h"
#include "pipeline/plugin.h"

namespace pipeline::analysis {
namespace {

double square(std::int64_t x) { return double(x) * double(x); }

}  // namespace

/// How alike two divisions into clusters are (scikit-learn's adjusted_rand_score; Hubert and
/// Arabie, 1985).
class AdjustedRandScore : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "How alike two divisions into clusters are, whatever the clusters' numbers: 1 for the "
        "same, "
        "about 0 for chance (scikit-learn's adjusted_rand_score).");
    labels_.declare(d, "a cluster or class a row", "another");
    d.output("score", score_, "f64, -0.5 to 1");
  }
  void preflight(ComponentFactory&) override {
    labels_.preflight();
    score_.set_shape({});
  }
  void run(Context&) override {
    std::vector<std::int64_t> truth, other;
    labels_.read(truth, other);
    const auto rows = classes_of(truth), columns = classes_of(other);
    const auto counts = counts_of(places_among(rows, truth), rows.size(),
                                  places_among(columns, other), columns.size());
    // Squares of counts: of the cells, of the rows' and of the columns' sums.
    double cells = 0, in_rows = 0, in_columns = 0;
    std::vector<std::int64_t> sums(columns.size());
    for (const auto& row : counts) {
      std::int64_t sum = 0;
      for (std::size_t c = 0; c < row.size(); ++c) {
        cells += square(row[c]);
        sum += row[c];
        sums[c] += row[c];
      }
      in_rows += square(sum);
    }
    for (const std::int64_t sum : sums) in_columns += square(sum);
    // Pairs that both divisions have together, only one, or neither; each counted twice.
    const double n = double(truth.size());
    const double both = cells - n, first = in_rows - cells, second = in_columns - cells;
    const double neither = n * n - in_rows - in_columns + cells;
    const bool same = first == 0 && second == 0;
    score_.set_scalar(
        same ? 1
             : 2 * (both * neither - first * second) /
                   ((both + first) * (first + neither) + (both + second) * (second + neither)));
  }

 private:
  LabelPair labels_{"labels_true", "labels_pred"};
  Output<double> score_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("metrics.adjusted_rand_score", pipeline::analysis::AdjustedRandScore);
