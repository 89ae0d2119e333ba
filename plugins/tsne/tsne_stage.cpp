#include <fmt/format.h>

#include <chrono>
#include <cmath>

#include "affinities.h"
#include "descent.h"
#include "learning_rate.h"
#include "neighbours.h"
#include "pipeline/plugin.h"
#include "start.h"
#include "workers.h"

namespace pipeline::tsne {
namespace {

/// Beyond, the affinities of all pairs take more than 3 GB.
constexpr std::int64_t kMostExact = 10000;
constexpr std::chrono::seconds kCheckpointEvery{3};
constexpr int kReportEvery = 10;

/// x, or where its values would overflow or vanish when squared x times a power of two; what t-SNE
/// makes of x does not depend on its scale. Error for values that are not finite.
std::vector<float> in_range(std::span<const float> x, std::int64_t features) {
  float largest = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!std::isfinite(x[i]))
      throw Error(
          fmt::format("x has {} in row {}, column {}; t-SNE needs finite values: leave such "
                      "rows out, or repair the stage that x comes from",
                      std::isnan(x[i]) ? "NaN" : "an infinite value", std::int64_t(i) / features,
                      std::int64_t(i) % features));
    largest = std::max(largest, std::abs(x[i]));
  }
  std::vector<float> out(x.begin(), x.end());
  if (largest == 0 || (largest > 1e-12f && largest < 1e12f)) return out;
  for (float& value : out) value = std::ldexp(value, -std::ilogb(largest));
  return out;
}

}  // namespace

/// A map of points by t-SNE (van der Maaten and Hinton, 2008).
class Tsne : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "A map of points in two dimensions (or one, or three) that keeps neighbours together: "
        "t-SNE "
        "(van der Maaten and Hinton, 2008) with scikit-learn's parameters and defaults.");
    d.param("n_components", dims_, "dimensions of the map").range(1, 3);
    d.param("perplexity", perplexity_,
            "how many neighbours a point has, more or less; less than "
            "the points")
        .above(0);
    d.param("early_exaggeration", early_exaggeration_,
            "factor on the attraction in the first 250 iterations")
        .at_least(1);
    d.param("learning_rate", learning_rate_,
            "step of the descent, or 'auto': max(points / early_exaggeration / 4, 50)");
    d.param("n_iter", iterations_, "most iterations").at_least(Descent::kExploration).extendable();
    d.param("n_iter_without_progress", patience_,
            "stops after so many iterations without a smaller divergence; looks every 50")
        .at_least(-1);
    d.param("min_grad_norm", min_gradient_norm_, "stops where the gradient's norm is below")
        .at_least(0);
    d.param("init", init_, "first positions: principal components, or random draws")
        .choices({"pca", "random"});
    d.param("random_state", seed_, "seed of the draws of init: random");
    d.param("method", method_,
            "repulsion by Fourier transforms on a grid (maps of two dimensions), exact with the "
            "affinities of all pairs, or auto: nearest neighbours' affinities and the faster "
            "repulsion")
        .choices({"auto", "fft", "exact"});
    d.input("x", x_, "points, one a row").rank(2);
    d.output("embedding", embedding_, "the map's coordinates, one point a row");
    d.output("kl_divergence", divergence_, "Kullback-Leibler divergence of the map");
    d.output("n_iter", iterations_done_, "iterations done");
  }

  void preflight(ComponentFactory&) override {
    const Shape& shape = x_.shape();
    if (shape[0] != kUnknown) check_count(shape[0]);
    if (shape[1] != kUnknown) check_features(shape[1]);
    if (method_ == "fft" && dims_ != 2)
      throw Error(
          fmt::format("method 'fft' makes maps of 2 dimensions, but n_components is {}; set "
                      "method: auto",
                      dims_));
    embedding_.set_shape({shape[0], dims_});
    divergence_.set_shape({});
    iterations_done_.set_shape({});
  }

  void run(Context& context) override {
    const std::int64_t n = x_->shape()[0], features = x_->shape()[1];
    check_count(n);
    check_features(features);
    Workers workers(context.threads());
    const std::vector<float> x = in_range(x_.view(), features);
    context.progress(0, iterations_);
    Affinities affinities = affinities_of(x, n, features, workers, context);
    context.check_cancelled();
    const std::vector<float> start = start_of(x, n, features, workers, context);
    Descent descent(std::move(affinities), settings(n), start, workers);
    if (const auto state = context.load_checkpoint()) descent.restore(*state);
    descend(descent, context);
    const std::vector<float> positions = descent.positions();
    std::copy(positions.begin(), positions.end(), embedding_.allocate({n, dims_}).begin());
    divergence_.set_scalar(descent.final_divergence());
    iterations_done_.set_scalar(std::int64_t(descent.iteration()));
  }

 private:
  void check_count(std::int64_t n) const {
    if (n < 2) throw Error(fmt::format("t-SNE needs at least 2 points, got {}", n));
    if (perplexity_ >= double(n))
      throw Error(
          fmt::format("parameter 'perplexity' must be less than the number of points, {}, "
                      "got {}; set a lower one",
                      n, perplexity_));
    if (n > std::numeric_limits<std::int32_t>::max() / 2)
      throw Error(fmt::format("t-SNE takes up to 2^30 points, got {}", n));
    if (method_ == "exact" && n > kMostExact)
      throw Error(
          fmt::format("method 'exact' keeps all pairs and takes up to {} points, got {}; "
                      "set method: auto",
                      kMostExact, n));
    if (init_ == "pca" && n < dims_)
      throw Error(
          fmt::format("init 'pca' needs at least as many points as n_components, {}, got "
                      "{}; set init: random",
                      dims_, n));
  }

  void check_features(std::int64_t features) const {
    if (features < 1) throw Error("the points of x have no values: its shape has 0 columns");
    if (init_ == "pca" && features < dims_)
      throw Error(
          fmt::format("init 'pca' needs at least as many columns as n_components, {}, but x "
                      "has {}; set init: random",
                      dims_, features));
  }

  DescentSettings settings(std::int64_t n) const {
    DescentSettings settings;
    settings.dims = dims_;
    settings.early_exaggeration = early_exaggeration_;
    settings.learning_rate = learning_rate_.of(n, early_exaggeration_);
    settings.iterations = iterations_;
    settings.iterations_without_progress = patience_;
    settings.min_gradient_norm = min_gradient_norm_;
    settings.repulsion = method_ == "exact" ? Repulsion::exact
                         : method_ == "fft" ? Repulsion::grid
                                            : Repulsion::cheapest;
    return settings;
  }

  Affinities affinities_of(const std::vector<float>& x, std::int64_t n, std::int64_t features,
                           Workers& workers, const Context& context) const {
    const auto check = [&] { context.check_cancelled(); };
    const std::int64_t wanted = method_ == "exact" ? n : std::int64_t(3 * perplexity_ + 1);
    const int k = int(std::min(n - 1, wanted));
    const Neighbours neighbours = nearest_neighbours(x, n, features, k, workers, check);
    const Large<float> conditional =
        conditional_affinities(neighbours, perplexity_, workers, check);
    return Affinities(neighbours, conditional, workers);
  }

  std::vector<float> start_of(const std::vector<float>& x, std::int64_t n, std::int64_t features,
                              Workers& workers, Context& context) const {
    if (init_ == "pca") {
      std::vector<float> start =
          principal_start(x, n, features, dims_, workers, [&] { context.check_cancelled(); });
      if (!start.empty()) return start;
      context.log(
          "all points are the same, so they have no principal components: starts at random");
    }
    return random_start(n, dims_, seed_);
  }

  void descend(Descent& descent, Context& context) const {
    auto saved = std::chrono::steady_clock::now();
    while (!descent.finished()) {
      const auto now = std::chrono::steady_clock::now();
      if (context.cancelled() || now - saved > kCheckpointEvery) {
        context.save_checkpoint(descent.state());
        context.check_cancelled();
        saved = now;
      }
      descent.iterate();
      const bool report = descent.iteration() % kReportEvery == 0 || descent.finished();
      if (report && std::isnan(descent.divergence()))
        context.progress(descent.iteration(), iterations_);
      else if (report)
        context.progress(descent.iteration(), iterations_, {{"KL", descent.divergence()}});
    }
    context.save_checkpoint(descent.state());  // a longer descent goes on from here
  }

  int dims_ = 2, iterations_ = 1000, patience_ = 300;
  double perplexity_ = 30, early_exaggeration_ = 12, min_gradient_norm_ = 1e-7;
  LearningRate learning_rate_;
  std::string init_ = "pca", method_ = "auto";
  std::uint32_t seed_ = 0;
  Input<float> x_;
  Output<float> embedding_;
  Output<double> divergence_;
  Output<std::int64_t> iterations_done_;
};

}  // namespace pipeline::tsne

PIPELINE_COMPONENT("tsne", pipeline::tsne::Tsne);
PIPELINE_PLUGIN("tsne", "1.0");
