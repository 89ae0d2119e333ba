#include <fmt/format.h>

#include "nearest.h"
#include "pipeline/plugin.h"
#include "samples.h"

namespace pipeline::analysis {

/// How far near samples of a map were near before (scikit-learn's trustworthiness; Venna and Kaski,
/// 2001).
class Trustworthiness : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "How far a map's nearest neighbours were near before: 1 where all were among the nearest "
        "(scikit-learn's trustworthiness).");
    d.param("n_neighbors", n_neighbors_, "how many neighbours; less than half of the samples")
        .at_least(1);
    declare_metric(d, metric_);
    d.input("x", x_, "samples, one a row of numbers").rank(2, 64);
    d.input("embedding", embedding_, "the map, a row a sample; its metric is Euclidean")
        .rank(2, 64);
    d.output("score", score_, "f64, 0 to 1");
  }

  void preflight(ComponentFactory&) override {
    require_numbers(x_);
    require_numbers(embedding_);
    require_rows(embedding_, embedding_.shape()[0], x_, x_.shape()[0]);
    require_few(x_.shape()[0]);
    score_.set_shape({});
  }

  void run(Context& context) override {
    require_rows(embedding_, embedding_->shape()[0], x_, x_->shape()[0]);
    require_few(x_->shape()[0]);
    Matrix samples = matrix_of(x_);
    const Matrix map = matrix_of(embedding_);
    const Workers workers(context);
    const Neighbours near = nearest(Metric::euclidean, map, map, true, n_neighbors_, workers);
    const Metric metric = metric_from_name(metric_);
    const Points points(metric, samples);
    if (metric == Metric::cosine) normalise(samples);
    const std::int64_t n = samples.rows();
    std::vector<std::int64_t> excess(std::size_t(n), 0);
    workers.pieces(n, 64, [&](std::int64_t first, std::int64_t last) {
      std::vector<double> distances(static_cast<std::size_t>(n));
      for (std::int64_t i = first; i < last; ++i) {
        points.distances(samples.data() + i * samples.cols(), distances.data());
        for (std::int64_t k = 0; k < n_neighbors_; ++k) {
          const std::int64_t rank =
              rank_of(near.indices[std::size_t(i * n_neighbors_ + k)], i, distances);
          excess[std::size_t(i)] += std::max<std::int64_t>(rank - n_neighbors_, 0);
        }
      }
    });
    double sum = 0;
    for (const std::int64_t each : excess) sum += double(each);
    const double k = double(n_neighbors_), rows = double(n);
    score_.set_scalar(1 - sum * (2 / (rows * k * (2 * rows - 3 * k - 1))));
  }

 private:
  /// Of sample `which` among the neighbours of sample `of`, from 1 on; of equally near ones the
  /// first comes first.
  static std::int64_t rank_of(std::int64_t which, std::int64_t of,
                              const std::vector<double>& distances) {
    const double distance = distances[std::size_t(which)];
    std::int64_t rank = 1;
    for (std::int64_t i = 0; i < std::int64_t(distances.size()); ++i) {
      const double other = distances[std::size_t(i)];
      rank += i != of && (other < distance || (other == distance && i < which));
    }
    return rank;
  }

  void require_few(std::int64_t samples) const {
    if (samples == kUnknown || 2 * n_neighbors_ < samples) return;
    throw Error(
        fmt::format("parameter 'n_neighbors' is {}, and must be less than half of the {} "
                    "samples",
                    n_neighbors_, samples));
  }

  std::int64_t n_neighbors_ = 5;
  std::string metric_ = "euclidean";
  Input<Array> x_, embedding_;
  Output<double> score_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("manifold.trustworthiness", pipeline::analysis::Trustworthiness);
