#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "distances.h"
#include "labels.h"
#include "pipeline/plugin.h"
#include "samples.h"
#include "workers.h"

namespace pipeline::analysis {

/// How well clusters are apart (scikit-learn's silhouette_score; Rousseeuw, 1987).
class SilhouetteScore : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "How well clusters are apart: by how much a sample is nearer to its own cluster than to "
        "the "
        "next, in the mean (scikit-learn's silhouette_score).");
    declare_metric(d, metric_);
    d.input("x", x_, "samples, one a row of numbers").rank(2, 64);
    d.input("labels", labels_, "whole numbers, the cluster or class of each").rank(1);
    d.output("score", score_, "f64, -1 to 1");
    d.output("samples", samples_, "f64, of each sample; 0 of one that is alone in its cluster");
  }

  void preflight(ComponentFactory&) override {
    require_numbers(x_);
    require_numbers(labels_);
    require_rows(labels_, labels_.shape()[0], x_, x_.shape()[0]);
    score_.set_shape({});
    samples_.set_shape({x_.shape()[0]});
  }

  void run(Context& context) override {
    require_rows(labels_, labels_->shape()[0], x_, x_->shape()[0]);
    Matrix samples = matrix_of(x_);
    const std::vector<std::int64_t> labels = labels_of(labels_);
    const std::vector<std::int64_t> classes = classes_of(labels);
    if (classes.size() < 2 || classes.size() >= labels.size())
      throw Error(fmt::format("input 'labels' has {} different labels of {} rows; expected 2 to {}",
                              classes.size(), labels.size(), labels.size() - 1));
    const std::vector<std::size_t> places = places_among(classes, labels);
    const Metric metric = metric_from_name(metric_);
    const Points points(metric, samples);
    if (metric == Metric::cosine) normalise(samples);
    const auto scores = samples_.allocate({samples.rows()});
    Workers(context).pieces(samples.rows(), 64, [&](std::int64_t first, std::int64_t last) {
      std::vector<double> distances(places.size());
      for (std::int64_t i = first; i < last; ++i) {
        points.distances(samples.data() + i * samples.cols(), distances.data());
        distances[std::size_t(i)] = 0;
        scores[std::size_t(i)] =
            silhouette(distances, places, places[std::size_t(i)], classes.size());
      }
    });
    double sum = 0;
    for (const double score : scores) sum += score;
    score_.set_scalar(sum / double(scores.size()));
  }

 private:
  static double silhouette(const std::vector<double>& distances,
                           const std::vector<std::size_t>& places, std::size_t own,
                           std::size_t classes) {
    std::vector<double> sums(classes), counts(classes);
    for (std::size_t i = 0; i < distances.size(); ++i) {
      sums[places[i]] += distances[i];
      counts[places[i]] += 1;
    }
    if (counts[own] == 1) return 0;
    const double inside = sums[own] / (counts[own] - 1);
    double next = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < classes; ++c)
      if (c != own) next = std::min(next, sums[c] / counts[c]);
    const double larger = std::max(inside, next);
    return larger > 0 ? (next - inside) / larger : 0;
  }

  std::string metric_ = "euclidean";
  Input<Array> x_, labels_;
  Output<double> score_, samples_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("metrics.silhouette_score", pipeline::analysis::SilhouetteScore);
