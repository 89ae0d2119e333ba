// tsne_kl POINTS N FEATURES PERPLEXITY MAP...: for each map of N points the Kullback-Leibler
// divergence, exact: P from the 3·perplexity + 1 exact nearest neighbours, calibrated in doubles
// and made symmetric as scikit-learn does it, Q over all pairs in doubles. It shares no code with
// the plugin. POINTS is [N][FEATURES] floats, a map [N][2].
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <vector>

namespace {

std::vector<float> read_floats(const char* path, std::size_t count) {
  std::vector<float> values(count);
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(values.data()), std::streamsize(count * sizeof(float)))) {
    std::fprintf(stderr, "%s is missing or too short\n", path);
    std::exit(1);
  }
  return values;
}

struct Neighbour {
  float squared;
  int index;
  bool operator<(const Neighbour& other) const {
    return squared != other.squared ? squared < other.squared : index < other.index;
  }
};

constexpr int kLanes = 16, kQueries = 8;

/// Squared distances of kQueries points to kLanes points whose features are `lanes`[feature][lane].
void distances(const float* const* queries, const float* lanes, int features,
               float (*out)[kLanes]) {
  float sum[kQueries][kLanes] = {};
  for (int f = 0; f < features; ++f)
    for (int q = 0; q < kQueries; ++q)
      for (int l = 0; l < kLanes; ++l) {
        const float delta = queries[q][f] - lanes[f * kLanes + l];
        sum[q][l] += delta * delta;
      }
  std::copy_n(&sum[0][0], kQueries * kLanes, &out[0][0]);
}

/// [n][k]
std::vector<Neighbour> nearest(const std::vector<float>& x, int n, int features, int k) {
  const int blocks = (n + kLanes - 1) / kLanes;
  std::vector<float> lanes(std::size_t(blocks) * features * kLanes, 1e15f);
  for (int i = 0; i < n; ++i)
    for (int f = 0; f < features; ++f)
      lanes[(std::size_t(i / kLanes) * features + f) * kLanes + i % kLanes] =
          x[std::size_t(i) * features + f];
  std::vector<Neighbour> out(std::size_t(n) * k);
  std::vector<std::vector<Neighbour>> heaps(kQueries);
  for (int first = 0; first < n; first += kQueries) {
    const float* queries[kQueries];
    for (int q = 0; q < kQueries; ++q)
      queries[q] = x.data() + std::size_t(std::min(first + q, n - 1)) * features;
    for (auto& heap : heaps) heap.assign(k, {std::numeric_limits<float>::max(), -1});
    for (int b = 0; b < blocks; ++b) {
      float squared[kQueries][kLanes];
      distances(queries, lanes.data() + std::size_t(b) * features * kLanes, features, squared);
      for (int q = 0; q < kQueries; ++q)
        for (int l = 0; l < kLanes; ++l) {
          if (!(squared[q][l] < heaps[q].front().squared) || b * kLanes + l == first + q) continue;
          std::pop_heap(heaps[q].begin(), heaps[q].end());
          heaps[q].back() = {squared[q][l], b * kLanes + l};
          std::push_heap(heaps[q].begin(), heaps[q].end());
        }
    }
    for (int q = 0; q < kQueries && first + q < n; ++q)
      std::copy(heaps[q].begin(), heaps[q].end(), out.begin() + std::ptrdiff_t(first + q) * k);
  }
  return out;
}

/// p_(j|i) of one point's neighbours: exp(-beta·d²), normalised, of the perplexity asked for.
std::vector<double> calibrated(const Neighbour* neighbours, int k, double perplexity) {
  double least = std::numeric_limits<double>::max(), beta = 1, low = 0, high = 0;
  for (int j = 0; j < k; ++j) least = std::min(least, double(neighbours[j].squared));
  std::vector<double> p(k);
  for (int step = 0; step < 200; ++step) {
    double sum = 0, weighted = 0;
    for (int j = 0; j < k; ++j) {
      const double d = neighbours[j].squared - least;
      p[j] = std::exp(-beta * d);
      sum += p[j];
      weighted += d * p[j];
    }
    for (double& value : p) value /= sum;
    const double excess = std::log(sum) + beta * weighted / sum - std::log(perplexity);
    if (std::abs(excess) < 1e-10) break;
    (excess > 0 ? low : high) = beta;
    beta = high == 0 ? beta * 2 : (low + high) / 2;
  }
  return p;
}

struct Pair {
  int i, j;
  double p;
};

/// The pairs i, j with p_ij = (p_(j|i) + p_(i|j)) / (2n) above 0, each once.
std::vector<Pair> joint(const std::vector<Neighbour>& neighbours, int n, int k, double perplexity) {
  std::vector<Pair> pairs;
  for (int i = 0; i < n; ++i) {
    const Neighbour* own = neighbours.data() + std::size_t(i) * k;
    const std::vector<double> p = calibrated(own, k, perplexity);
    for (int e = 0; e < k; ++e)
      pairs.push_back({std::min(i, own[e].index), std::max(i, own[e].index), p[e] / (2.0 * n)});
  }
  std::sort(pairs.begin(), pairs.end(),
            [](const Pair& a, const Pair& b) { return a.i != b.i ? a.i < b.i : a.j < b.j; });
  std::size_t kept = 0;
  for (std::size_t e = 1; e < pairs.size(); ++e)
    if (pairs[e].i == pairs[kept].i && pairs[e].j == pairs[kept].j) pairs[kept].p += pairs[e].p;
    else pairs[++kept] = pairs[e];
  pairs.resize(kept + 1);
  return pairs;
}

/// The sum over all ordered pairs of 1/(1 + d²).
double normaliser(const std::vector<double>& x, const std::vector<double>& y) {
  constexpr std::size_t kTile = 1024;
  double total = 0;
  for (std::size_t tile = 0; tile < x.size(); tile += kTile) {
    const std::size_t end = std::min(tile + kTile, x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
      double sum = 0;
      for (std::size_t j = std::max(tile, i + 1); j < end; ++j) {
        const double dx = x[i] - x[j], dy = y[i] - y[j];
        sum += 1 / (1 + dx * dx + dy * dy);
      }
      total += sum;
    }
  }
  return 2 * total;
}

double divergence(const std::vector<Pair>& pairs, const std::vector<float>& map) {
  std::vector<double> x(map.size() / 2), y(map.size() / 2);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = map[2 * i], y[i] = map[2 * i + 1];
  const double z = normaliser(x, y);
  double sum = 0;
  for (const Pair& pair : pairs) {
    if (pair.p <= 0) continue;
    const double dx = x[pair.i] - x[pair.j], dy = y[pair.i] - y[pair.j];
    sum += 2 * pair.p * std::log(pair.p * z * (1 + dx * dx + dy * dy));
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 6) {
    std::fprintf(stderr, "usage: tsne_kl POINTS N FEATURES PERPLEXITY MAP...\n");
    return 2;
  }
  const int n = std::atoi(argv[2]), features = std::atoi(argv[3]);
  const double perplexity = std::atof(argv[4]);
  const int k = std::min(n - 1, int(3 * perplexity + 1));
  const std::vector<float> x = read_floats(argv[1], std::size_t(n) * features);
  const std::vector<Pair> pairs = joint(nearest(x, n, features, k), n, k, perplexity);
  for (int m = 5; m < argc; ++m)
    std::printf("%.6f\n", divergence(pairs, read_floats(argv[m], std::size_t(n) * 2)));
}
