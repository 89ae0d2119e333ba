#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "affinities.h"
#include "buffer.h"
#include "grid_repulsion.h"
#include "pipeline/artifact.h"
#include "workers.h"

namespace pipeline::tsne {

/// How repulsive forces are summed.
enum class Repulsion {
  cheapest,  ///< at each iteration what takes less time
  grid,      ///< maps of two dimensions alone; all pairs where these are fewer than nodes
  exact      ///< over all pairs
};

struct DescentSettings {
  int dims = 2;
  double early_exaggeration = 12;
  double learning_rate = 200;
  int iterations = 1000;
  int iterations_without_progress = 300;
  double min_gradient_norm = 1e-7;
  Repulsion repulsion = Repulsion::cheapest;
};

/// What pulls and pushes the points of a map.
struct Forces {
  Buffer attraction, repulsion;  ///< [dims][stride]
  double z = 0;                  ///< the sum of all q before they are normalised
};

/// Gradient descent with momentum and gains, step by step as scikit-learn 1.2 does it: 250
/// iterations of early exaggeration with momentum 0.5, then momentum 0.8, each part with velocities
/// and gains of its own, and a look at the progress every 50 iterations.
class Descent {
 public:
  static constexpr int kExploration = 250, kCheckEvery = 50, kReorderEvery = 100;

  /// `start` is [n][dims].
  Descent(Affinities affinities, const DescentSettings& settings, std::span<const float> start,
          Workers& workers);

  /// It has converged, or done all its iterations. What it does before depends on their number in
  /// nothing, so that it goes on from there where there are to be more.
  bool finished() const {
    return phase_ == 2 || (phase_ == 1 && iteration_ >= settings_.iterations);
  }
  /// Error if the map has burst (map_range.h).
  void iterate();
  /// Iterations done.
  int iteration() const { return iteration_; }
  /// Kullback-Leibler divergence at the last look, without exaggeration.
  double divergence() const { return divergence_; }
  /// That of the map as it is, over all pairs where there are up to 100 000 points. Error if the
  /// map has burst.
  double final_divergence();
  /// [n][dims]
  std::vector<float> positions() const;

  /// What iterate() needs to go on with the same bits.
  Artifact state() const;
  /// False, and nothing done, if the state is of another map.
  bool restore(const Artifact& state);

  /// Of the map as it is; points are in the order of `start` before the first iteration, later in
  /// any.
  const Forces& compute_forces();
  /// dKL/dy for P times `exaggeration`, [dims][stride]; the same holds.
  const Buffer& compute_gradient(double exaggeration);
  std::size_t stride() const { return stride_; }

 private:
  Points points();
  bool use_grid(const GridShape& shape) const;
  double repel_all(const Points& points);
  double divergence_of(double z);
  void reorder(const std::vector<std::int32_t>& from);
  void take_order(std::span<const std::int32_t> order);
  void look(double exaggeration);
  void next_phase();

  Affinities affinities_;
  DescentSettings settings_;
  Workers& workers_;
  std::int64_t n_;
  std::size_t stride_;
  std::vector<std::int32_t> order_;  // which point is in each place
  Buffer y_, velocity_, gain_, gradient_, pairs_;
  Forces forces_;
  GridRepulsion grid_;
  int iteration_ = 0, phase_ = 0, best_iteration_ = 0;
  double best_error_, divergence_;
};

}  // namespace pipeline::tsne
