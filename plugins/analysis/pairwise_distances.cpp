#include "distances.h"
#include "pipeline/plugin.h"
#include "samples.h"
#include "workers.h"

namespace pipeline::analysis {

/// The distance of each sample to each (scikit-learn's pairwise_distances).
class PairwiseDistances : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("The distance of each sample to each (scikit-learn's pairwise_distances).");
    declare_metric(d, metric_);
    d.input("x", x_, "samples, one a row of numbers").rank(2, 64);
    d.input("y", y_, "other samples; by default x itself").optional().rank(2, 64);
    d.output("distances", distances_, "[rows of x, rows of y]; f64 of f64 samples, else f32");
  }

  void preflight(ComponentFactory&) override {
    require_numbers(x_);
    if (y_.connected()) {
      require_numbers(y_);
      require_features(y_, y_.shape(), x_, x_.shape());
    }
    distances_.set_element_type(real_type(x_.element_type()));
    distances_.set_shape({x_.shape()[0], other().shape()[0]});
  }

  void run(Context& context) override {
    require_features(other(), other()->shape(), x_, x_->shape());
    Matrix queries = matrix_of(x_);
    const Metric metric = metric_from_name(metric_);
    const Points points(metric, matrix_of(other()));
    if (metric == Metric::cosine) normalise(queries);
    Matrix result(queries.rows(), points.count());
    Workers(context).each(queries.rows(), [&](std::int64_t row) {
      points.distances(queries.data() + row * queries.cols(), result.data() + row * result.cols());
      // A sample is not away from itself, whatever rounding has made of it.
      if (!y_.connected()) result(row, row) = 0;
    });
    distances_.set(array_of(result, {points.count()}, real_type(x_->dtype())));
  }

 private:
  const Input<Array>& other() const { return y_.connected() ? y_ : x_; }

  std::string metric_ = "euclidean";
  Input<Array> x_, y_;
  Output<Array> distances_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("metrics.pairwise_distances", pipeline::analysis::PairwiseDistances);
