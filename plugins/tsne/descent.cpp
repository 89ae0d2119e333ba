#include "descent.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "map_range.h"
#include "ordering.h"
#include "pipeline/math.h"

namespace pipeline::tsne {
namespace {

constexpr double kNone = std::numeric_limits<double>::max();
constexpr std::int64_t kPiece = 256;
/// Of what goes through coordinates one by one; a multiple of 16.
constexpr std::int64_t kValues = 1 << 13;
/// Beyond, a coarser grid is better than all pairs.
constexpr std::int64_t kMostPairwise = 20000;
constexpr std::int64_t kMostPairwiseAtEnd = 100000;

double degrees_of_freedom(int dims) { return dims == 3 ? 2 : 1; }

void put(Artifact& state, const char* name, const Buffer& buffer) {
  std::vector<float> values(buffer.data(), buffer.data() + buffer.size());
  state.arrays[name] = Array::of(values);
}

bool fits(const Artifact& state, const char* name, const Buffer& buffer) {
  const auto found = state.arrays.find(name);
  return found != state.arrays.end() && found->second.dtype() == DType::f32 &&
         std::size_t(found->second.size()) == buffer.size();
}

bool is_order(const Array& array, std::int64_t n) {
  if (array.dtype() != DType::i32 || array.size() != n) return false;
  std::vector<bool> seen(std::size_t(n), false);
  for (std::int32_t point : array.view<std::int32_t>()) {
    if (point < 0 || point >= n || seen[std::size_t(point)]) return false;
    seen[std::size_t(point)] = true;
  }
  return true;
}

void get(const Artifact& state, const char* name, Buffer& buffer) {
  const auto values = state.arrays.at(name).view<float>();
  std::copy(values.begin(), values.end(), buffer.data());
}

}  // namespace

Descent::Descent(Affinities affinities, const DescentSettings& settings,
                 std::span<const float> start, Workers& workers)
    : affinities_(std::move(affinities)),
      settings_(settings),
      workers_(workers),
      n_(affinities_.count()),
      stride_(round_up_16(std::size_t(n_))),
      order_(std::size_t(n_)),
      best_error_(kNone),
      divergence_(std::numeric_limits<double>::quiet_NaN()) {
  const std::size_t size = stride_ * std::size_t(settings.dims);
  for (Buffer* buffer :
       {&y_, &velocity_, &gain_, &gradient_, &forces_.attraction, &forces_.repulsion})
    *buffer = Buffer(size);
  pairs_ = Buffer(2 * stride_);
  std::iota(order_.begin(), order_.end(), 0);
  std::fill_n(gain_.data(), size, 1.f);
  std::fill_n(y_.data(), size, kFar);
  const std::size_t dims = std::size_t(settings.dims);
  for (std::size_t i = 0; i < std::size_t(n_); ++i)
    for (std::size_t c = 0; c < dims; ++c) y_[c * stride_ + i] = start[i * dims + c];
}

Points Descent::points() {
  if (settings_.dims == 2)
    kernels().interleave(y_.data(), y_.data() + stride_, stride_, pairs_.data());
  return {y_.data(), stride_, n_, settings_.dims, pairs_.data()};
}

bool Descent::use_grid(const GridShape& shape) const {
  if (settings_.dims != 2 || settings_.repulsion == Repulsion::exact) return false;
  if (n_ > kMostPairwise) return true;
  // Few points far apart would need more nodes than there are pairs.
  const double pairs = double(n_) * double(n_);
  if (settings_.repulsion == Repulsion::grid)
    return shape.fine && pairs > double(shape.rows) * double(shape.columns);
  return shape.fine && pairs > shape.cost;
}

const Forces& Descent::compute_forces() {
  const Points points = this->points();
  const SparseRows rows = affinities_.rows();
  Points planes = points;
  // For its look at the range alone where there are not two dimensions.
  if (points.dims == 1) planes.stride = 0;
  const GridShape shape = GridRepulsion::shape_for(planes);
  const auto repel = [&] {
    forces_.z = use_grid(shape) ? grid_.compute(points, shape, forces_.repulsion.data(), workers_)
                                : repel_all(points);
  };
  // Attraction goes on where the grid has work for one thread alone.
  workers_.both(repel, [&] {
    workers_.pieces(n_, kPiece, [&](std::int64_t first, std::int64_t last) {
      kernels().attract(points, rows, first, last, forces_.attraction.data());
    });
  });
  return forces_;
}

/// Over all pairs; gives Z.
double Descent::repel_all(const Points& points) {
  return workers_.sum(n_, kPiece, [&](std::int64_t first, std::int64_t last) {
    return kernels().repel(points, first, last, forces_.repulsion.data());
  });
}

const Buffer& Descent::compute_gradient(double exaggeration) {
  compute_forces();
  const double dof = degrees_of_freedom(settings_.dims), scale = 2 * (dof + 1) / dof;
  const float attraction = float(scale * exaggeration), repulsion = float(scale / forces_.z);
  workers_.pieces(std::int64_t(gradient_.size()), kValues,
                  [&](std::int64_t first, std::int64_t last) {
                    kernels().combine(forces_.attraction.data() + first,
                                      forces_.repulsion.data() + first, attraction, repulsion,
                                      std::size_t(last - first), gradient_.data() + first);
                  });
  return gradient_;
}

double Descent::divergence_of(double z) {
  const Points points = this->points();
  const SparseRows rows = affinities_.rows();
  const double cross = workers_.sum(n_, kPiece, [&](std::int64_t first, std::int64_t last) {
    return kernels().cross_entropy(points, rows, first, last);
  });
  const double power = (degrees_of_freedom(settings_.dims) + 1) / 2;
  return affinities_.negative_entropy() + power * cross + affinities_.total() * math::log(z);
}

/// Place i takes what place from[i] had.
void Descent::reorder(const std::vector<std::int32_t>& from) {
  affinities_.reorder(from, workers_);
  std::vector<float> values(from.size());
  for (Buffer* buffer : {&y_, &velocity_, &gain_})
    for (std::size_t c = 0; c < std::size_t(settings_.dims); ++c) {
      float* plane = buffer->data() + c * stride_;
      for (std::size_t i = 0; i < from.size(); ++i) values[i] = plane[std::size_t(from[i])];
      std::copy(values.begin(), values.end(), plane);
    }
  std::vector<std::int32_t> order(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) order[i] = order_[std::size_t(from[i])];
  order_ = std::move(order);
}

void Descent::iterate() {
  if (settings_.dims == 2 && iteration_ % kReorderEvery == 0) reorder(curve_order(points()));
  const double exaggeration = phase_ == 0 ? settings_.early_exaggeration : 1;
  compute_gradient(exaggeration);
  const bool check = (iteration_ + 1) % kCheckEvery == 0;
  if (check) divergence_ = divergence_of(forces_.z);
  const float momentum = phase_ == 0 ? 0.5f : 0.8f, rate = float(settings_.learning_rate);
  workers_.pieces(std::int64_t(y_.size()), kValues, [&](std::int64_t first, std::int64_t last) {
    kernels().step(y_.data() + first, velocity_.data() + first, gain_.data() + first,
                   gradient_.data() + first, std::size_t(last - first), momentum, rate);
  });
  if (check) look(exaggeration);
  ++iteration_;
  if (phase_ == 0 && iteration_ == kExploration) next_phase();
}

void Descent::look(double exaggeration) {
  const double error = exaggeration * (divergence_ + math::log(exaggeration) * affinities_.total());
  double square = 0;
  for (std::size_t i = 0; i < gradient_.size(); ++i)
    square += double(gradient_[i]) * double(gradient_[i]);
  const int patience = phase_ == 0 ? kExploration : settings_.iterations_without_progress;
  bool stop = std::sqrt(square) <= settings_.min_gradient_norm;
  if (error < best_error_) {
    best_error_ = error;
    best_iteration_ = iteration_;
  } else if (iteration_ - best_iteration_ > patience) {
    stop = true;
  }
  // next_phase() counts from the iteration after this one.
  if (!stop) return;
  ++iteration_;
  next_phase();
  --iteration_;
}

void Descent::next_phase() {
  ++phase_;
  std::fill_n(velocity_.data(), velocity_.size(), 0.f);
  std::fill_n(gain_.data(), gain_.size(), 1.f);
  best_error_ = kNone;
  best_iteration_ = iteration_;
}

double Descent::final_divergence() {
  // What the last step did nobody has seen yet.
  for (std::size_t c = 0; c < std::size_t(settings_.dims); ++c)
    map_range(y_.data() + c * stride_, n_);
  return divergence_of(n_ > kMostPairwiseAtEnd ? compute_forces().z : repel_all(points()));
}

std::vector<float> Descent::positions() const {
  const std::size_t dims = std::size_t(settings_.dims);
  std::vector<float> out(std::size_t(n_) * dims);
  for (std::size_t i = 0; i < std::size_t(n_); ++i)
    for (std::size_t c = 0; c < dims; ++c)
      out[std::size_t(order_[i]) * dims + c] = y_[c * stride_ + i];
  return out;
}

Artifact Descent::state() const {
  Artifact state;
  state.type = "tsne_state";
  put(state, "positions", y_);
  put(state, "velocities", velocity_);
  put(state, "gains", gain_);
  state.arrays["order"] = Array::of(order_);
  state.arrays["progress"] = Array::of<double>(
      {double(iteration_), double(phase_), double(best_iteration_), best_error_, divergence_});
  return state;
}

/// Brings the points into a saved order.
void Descent::take_order(std::span<const std::int32_t> order) {
  std::vector<std::int32_t> place(order_.size()), from(order_.size());
  for (std::size_t i = 0; i < order_.size(); ++i) place[std::size_t(order_[i])] = std::int32_t(i);
  for (std::size_t i = 0; i < from.size(); ++i) from[i] = place[std::size_t(order[i])];
  reorder(from);
}

bool Descent::restore(const Artifact& state) {
  const auto progress = state.arrays.find("progress"), order = state.arrays.find("order");
  if (order == state.arrays.end() || !is_order(order->second, n_)) return false;
  if (!fits(state, "positions", y_) || !fits(state, "velocities", velocity_) ||
      !fits(state, "gains", gain_) || progress == state.arrays.end() ||
      progress->second.dtype() != DType::f64 || progress->second.size() != 5)
    return false;
  take_order(order->second.view<std::int32_t>());
  get(state, "positions", y_);
  get(state, "velocities", velocity_);
  get(state, "gains", gain_);
  const auto numbers = progress->second.view<double>();
  iteration_ = int(numbers[0]);
  phase_ = int(numbers[1]);
  best_iteration_ = int(numbers[2]);
  best_error_ = numbers[3];
  divergence_ = numbers[4];
  return true;
}

}  // namespace pipeline::tsne
