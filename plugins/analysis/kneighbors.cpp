#include <fmt/format.h>

#include "nearest.h"
#include "pipeline/plugin.h"
#include "samples.h"

namespace pipeline::analysis {

/// The nearest samples (scikit-learn's NearestNeighbors.kneighbors).
class Kneighbors : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "The nearest samples of each query (scikit-learn's NearestNeighbors.kneighbors), exact; of "
        "equally near ones the first. Without queries and rows each sample has its neighbours, "
        "itself not among them.");
    d.param("n_neighbors", n_neighbors_, "how many").at_least(1);
    declare_metric(d, metric_);
    d.param("rows", rows_,
            "the queries: these rows of input queries, or else of fit, where a sample is its own "
            "first neighbour")
        .at_least(0);
    d.input("fit", fit_, "samples to find, one a row of numbers").rank(2, 64);
    d.input("queries", queries_, "samples whose neighbours are wanted").optional().rank(2, 64);
    d.output("indices", indices_, "i64 [queries, n_neighbors]: rows of fit, nearest first");
    d.output("distances", distances_, "the same of distances; f64 of f64 samples, else f32");
  }

  void preflight(ComponentFactory&) override {
    for (const Input<Array>* input : {&fit_, &queries_})
      if (input->connected()) require_numbers(*input);
    if (queries_.connected()) require_features(queries_, queries_.shape(), fit_, fit_.shape());
    require_enough(fit_.shape()[0]);
    require_row(source().shape()[0]);
    const Shape shape = {rows_.empty() ? source().shape()[0] : std::int64_t(rows_.size()),
                         n_neighbors_};
    indices_.set_shape(shape);
    distances_.set_shape(shape);
    distances_.set_element_type(real_type(fit_.element_type()));
  }

  void run(Context& context) override {
    require_features(source(), source()->shape(), fit_, fit_->shape());
    require_enough(fit_->shape()[0]);
    require_row(source()->shape()[0]);
    const Matrix points = matrix_of(fit_);
    Matrix queries = queries_.connected() ? matrix_of(queries_) : points;
    if (!rows_.empty()) {
      Matrix chosen(std::int64_t(rows_.size()), queries.cols());
      for (std::size_t i = 0; i < rows_.size(); ++i)
        chosen.row(std::int64_t(i)) = queries.row(rows_[i]);
      queries = chosen;
    }
    const Neighbours found = nearest(metric_from_name(metric_), points, queries, to_itself(),
                                     n_neighbors_, Workers(context));
    indices_.set(Array::of(found.indices, {queries.rows(), n_neighbors_}));
    const Eigen::Map<const Matrix> distances(found.distances.data(), queries.rows(), n_neighbors_);
    distances_.set(array_of(distances, {n_neighbors_}, real_type(fit_->dtype())));
  }

 private:
  const Input<Array>& source() const { return queries_.connected() ? queries_ : fit_; }
  bool to_itself() const { return !queries_.connected() && rows_.empty(); }

  void require_enough(std::int64_t samples) const {
    if (samples == kUnknown || n_neighbors_ + to_itself() <= samples) return;
    throw Error(fmt::format("parameter 'n_neighbors' is {}, and input 'fit' has {} samples{}",
                            n_neighbors_, samples,
                            to_itself() ? ", of which one is not its own neighbour" : ""));
  }
  void require_row(std::int64_t samples) const {
    for (const std::int64_t row : rows_)
      if (samples != kUnknown && row >= samples)
        throw Error(
            fmt::format("parameter 'rows' names row {}, and input '{}' has {} rows, counted "
                        "from 0",
                        row, source().info().name, samples));
  }

  std::int64_t n_neighbors_ = 5;
  std::string metric_ = "euclidean";
  std::vector<std::int64_t> rows_;
  Input<Array> fit_, queries_;
  Output<std::int64_t> indices_;
  Output<Array> distances_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("neighbors.kneighbors", pipeline::analysis::Kneighbors);
