#include <fmt/format.h>

#include "classifier.h"
#include "nearest.h"
#include "pipeline/plugin.h"

namespace pipeline::analysis {

/// The class that most of the nearest samples have (scikit-learn's KNeighborsClassifier).
class KneighborsClassifier : public Classifier {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "The class that most of the nearest samples have (scikit-learn's KNeighborsClassifier); of "
        "equally many the lowest label.");
    d.param("n_neighbors", n_neighbors_, "how many samples have a vote").at_least(1);
    d.param("weights", weights_, "uniform: a vote each; distance: 1 by the distance")
        .choices({"uniform", "distance"});
    declare_metric(d, metric_);
    declare_ports(d);
  }

 protected:
  void require_samples(std::int64_t samples) const override {
    if (n_neighbors_ > samples)
      throw Error(fmt::format("parameter 'n_neighbors' is {}, and input 'fit' has {} samples",
                              n_neighbors_, samples));
  }

  void learn(Matrix samples, const std::vector<std::size_t>& places,
             const std::vector<std::int64_t>& classes, Context&) override {
    samples_ = std::move(samples);
    places_ = places;
    classes_ = std::int64_t(classes.size());
  }

  Matrix probabilities(const Matrix& samples, const Workers& workers) const override {
    const Neighbours found =
        nearest(metric_from_name(metric_), samples_, samples, false, n_neighbors_, workers);
    Matrix shares = Matrix::Zero(samples.rows(), classes_);
    for (std::int64_t row = 0; row < samples.rows(); ++row) {
      const auto first = std::size_t(row * n_neighbors_);
      // Samples at no distance have all the votes.
      const bool at_once = weights_ == "distance" && found.distances[first] == 0;
      double votes = 0;
      for (std::size_t i = first; i < first + std::size_t(n_neighbors_); ++i) {
        const double distance = found.distances[i];
        const double vote = weights_ == "uniform" ? 1
                            : at_once             ? double(distance == 0)
                                                  : 1 / distance;
        shares(row, std::int64_t(places_[std::size_t(found.indices[i])])) += vote;
        votes += vote;
      }
      for (std::int64_t c = 0; c < classes_; ++c) shares(row, c) /= votes;
    }
    return shares;
  }

 private:
  std::int64_t n_neighbors_ = 5, classes_ = 0;
  std::string weights_ = "uniform", metric_ = "euclidean";
  Matrix samples_;
  std::vector<std::size_t> places_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("neighbors.kneighbors_classifier", pipeline::analysis::KneighborsClassifier);
