#include <fmt/format.h>

#include "kmeans_start.h"
#include "labels.h"
#include "lloyd.h"
#include "pipeline/plugin.h"
#include "samples.h"

namespace pipeline::analysis {
namespace {

/// The mean of each feature, summed in the order of the samples.
Vector mean_of(const Matrix& samples) {
  Vector mean = Vector::Zero(samples.cols());
  for (std::int64_t i = 0; i < samples.rows(); ++i)
    for (std::int64_t f = 0; f < samples.cols(); ++f) mean[f] += samples(i, f);
  return mean / double(samples.rows());
}

void shift(Matrix& samples, const Vector& by) {
  for (std::int64_t i = 0; i < samples.rows(); ++i)
    for (std::int64_t f = 0; f < samples.cols(); ++f) samples(i, f) += by[f];
}

/// The mean variance of a feature, of samples whose mean is zero.
double mean_variance(const Matrix& centred) {
  double squares = 0;
  for (std::int64_t i = 0; i < centred.size(); ++i)
    squares += centred.data()[i] * centred.data()[i];
  return squares / double(centred.size());
}

}  // namespace

/// Clusters around centres (scikit-learn's KMeans).
class Kmeans : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Clusters of samples around centres: Lloyd's algorithm from centres drawn by k-means++, "
        "the "
        "best of some starts, or from given ones (scikit-learn's KMeans).");
    d.param("n_clusters", n_clusters_, "how many; by default as many as input centers has, or 8")
        .at_least(1);
    d.param("n_init", n_init_, "starts, of which the one that ends best counts").at_least(1);
    d.param("max_iter", max_iter_, "rounds of a start at most").at_least(1);
    d.param("tol", tol_, "a start ends once its centres move less, as a share of the variance")
        .at_least(0);
    d.param("random_state", random_state_, "seed of the starts, which are scikit-learn's");
    d.input("fit", fit_, "samples to divide, one a row of numbers").rank(2, 64);
    d.input("x", x_, "other samples, to find their clusters").optional().rank(2, 64);
    d.input("centers", centers_, "centres to start from, in place of drawn ones")
        .optional()
        .rank(2, 64);
    d.output("labels", labels_, "i64, the cluster of each sample of fit");
    d.output("x_labels", x_labels_, "the same of x, where it is connected");
    d.output("centers", centers_out_, "[n_clusters, …]; f64 of f64 samples, else f32");
    d.output("inertia", inertia_, "f64, the sum of squared distances of fit to their centres");
    d.output("n_iter", n_iter_, "i64, rounds of the best start");
  }

  void preflight(ComponentFactory&) override {
    for (const Input<Array>* input : {&fit_, &x_, &centers_})
      if (input->connected()) require_numbers(*input);
    for (const Input<Array>* input : {&x_, &centers_})
      if (input->connected()) require_features(*input, input->shape(), fit_, fit_.shape());
    const std::int64_t clusters = count(centers_.connected() ? centers_.shape()[0] : kUnknown);
    require_enough(clusters, fit_.shape()[0]);
    labels_.set_shape({fit_.shape()[0]});
    x_labels_.set_absent(!x_.connected());
    if (x_.connected()) x_labels_.set_shape({x_.shape()[0]});
    Shape shape = fit_.shape();
    shape[0] = clusters;
    centers_out_.set_shape(shape);
    centers_out_.set_element_type(real_type(fit_.element_type()));
    inertia_.set_shape({});
    n_iter_.set_shape({});
  }

  void run(Context& context) override {
    for (const Input<Array>* input : {&x_, &centers_})
      if (input->connected()) require_features(*input, input->get().shape(), fit_, fit_->shape());
    const std::int64_t clusters = count(centers_.connected() ? centers_->shape()[0] : kUnknown);
    require_enough(clusters, fit_->shape()[0]);
    const Workers workers(context);
    Matrix samples = matrix_of(fit_);
    const Vector mean = mean_of(samples);
    shift(samples, -mean);  // differences are finer near zero
    Clustering best = clustering(samples, clusters, -mean, workers, context);
    const std::size_t distinct = classes_of(best.labels).size();
    if (distinct < std::size_t(clusters))
      context.log(
          fmt::format("only {} of the {} clusters have samples: fit has too many that are "
                      "equal",
                      distinct, clusters));
    if (x_.connected()) {
      Matrix x = matrix_of(x_);
      shift(x, -mean);
      x_labels_.set(Array::of(nearest_centers(x, best.centers, workers)));
    }
    shift(best.centers, mean);
    labels_.set(Array::of(best.labels));
    centers_out_.set(array_of(best.centers, sample_of(fit_->shape()), real_type(fit_->dtype())));
    inertia_.set_scalar(best.inertia);
    n_iter_.set_scalar(best.n_iter);
  }

 private:
  std::int64_t count(std::int64_t given) const {
    if (!centers_.connected()) return n_clusters_.value_or(8);
    if (n_clusters_ && given != kUnknown && given != *n_clusters_)
      throw Error(fmt::format("parameter 'n_clusters' is {}, and input 'centers' has {} rows",
                              *n_clusters_, given));
    return n_clusters_.value_or(given);
  }
  static void require_enough(std::int64_t clusters, std::int64_t samples) {
    if (clusters == kUnknown || samples == kUnknown || clusters <= samples) return;
    throw Error(fmt::format("there are to be {} clusters, and input 'fit' has {} samples", clusters,
                            samples));
  }

  Clustering clustering(const Matrix& samples, std::int64_t clusters, const Vector& to_zero,
                        const Workers& workers, Context& context) const {
    const double tolerance = tol_ * mean_variance(samples);
    if (centers_.connected()) {
      Matrix start = matrix_of(centers_);
      shift(start, to_zero);
      return lloyd(samples, start, max_iter_, tolerance, workers);
    }
    Clustering best;
    Draws draws(random_state_);
    for (std::int64_t i = 0; i < n_init_; ++i) {
      context.progress(i, n_init_);
      Clustering next = lloyd(samples, plus_plus(samples, clusters, draws, workers), max_iter_,
                              tolerance, workers);
      const bool better =
          best.labels.empty() ||
          (next.inertia < best.inertia && !same_clusters(next.labels, best.labels, clusters));
      if (better) best = std::move(next);
    }
    return best;
  }

  std::optional<std::int64_t> n_clusters_;
  std::int64_t n_init_ = 10, max_iter_ = 300;
  double tol_ = 1e-4;
  std::uint32_t random_state_ = 0;
  Input<Array> fit_, x_, centers_;
  Output<std::int64_t> labels_, x_labels_, n_iter_;
  Output<Array> centers_out_;
  Output<double> inertia_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("cluster.kmeans", pipeline::analysis::Kmeans);
