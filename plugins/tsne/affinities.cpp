#include "affinities.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace pipeline::tsne {
namespace {

constexpr double kTolerance = 1e-5;
constexpr int kSteps = 100;

/// Fills p for one point from its neighbours' squared distances. These count from the least, which
/// changes nothing but that the nearest never underflow.
void fit_row(const float* squared, int k, double entropy_wanted, std::vector<double>& weight,
             float* p) {
  double beta = 1, below = 0, above = std::numeric_limits<double>::infinity(), sum = 0;
  for (int step = 0; step < kSteps; ++step) {
    sum = 0;
    double weighted = 0;
    for (int j = 0; j < k; ++j) {
      const double d = double(squared[j]) - squared[0];
      weight[std::size_t(j)] = std::exp(-d * beta);
      sum += weight[std::size_t(j)];
      weighted += d * weight[std::size_t(j)];
    }
    const double entropy = std::log(sum) + beta * weighted / sum;
    if (std::abs(entropy - entropy_wanted) <= kTolerance) break;
    if (entropy > entropy_wanted) {
      below = beta;
      beta = std::isinf(above) ? beta * 2 : (beta + above) / 2;
    } else {
      above = beta;
      beta = (beta + below) / 2;
    }
  }
  for (int j = 0; j < k; ++j) p[j] = float(weight[std::size_t(j)] / sum);
}

struct Entry {
  std::int32_t index;
  float p;
};
bool by_index(const Entry& a, const Entry& b) { return a.index < b.index; }

/// The entries of each row of the transposed matrix, by their column.
struct Transposed {
  std::vector<std::int64_t> begin;
  std::vector<Entry> entries;
};

Transposed transpose(const Neighbours& neighbours, const std::vector<float>& p) {
  const std::size_t n = std::size_t(neighbours.count), k = std::size_t(neighbours.each);
  Transposed t{std::vector<std::int64_t>(n + 1, 0), std::vector<Entry>(n * k)};
  for (std::int32_t j : neighbours.index) ++t.begin[std::size_t(j) + 1];
  for (std::size_t i = 0; i < n; ++i) t.begin[i + 1] += t.begin[i];
  std::vector<std::int64_t> free(t.begin.begin(), t.begin.end() - 1);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t e = i * k; e < (i + 1) * k; ++e)
      t.entries[std::size_t(free[std::size_t(neighbours.index[e])]++)] = {std::int32_t(i), p[e]};
  return t;
}

/// Row i of the sum of the matrix and its transpose.
std::vector<Entry> joint_row(const Neighbours& neighbours, const std::vector<float>& p,
                             const Transposed& transposed, std::int64_t i) {
  std::vector<Entry> own(std::size_t(neighbours.each)), row;
  for (std::size_t k = 0; k < own.size(); ++k) {
    const std::size_t e = std::size_t(i) * own.size() + k;
    own[k] = {neighbours.index[e], p[e]};
  }
  std::sort(own.begin(), own.end(), by_index);
  auto a = own.begin();
  auto b = transposed.entries.begin() + transposed.begin[std::size_t(i)];
  const auto end = transposed.entries.begin() + transposed.begin[std::size_t(i) + 1];
  row.reserve(own.size() + std::size_t(end - b));
  while (a != own.end() || b != end) {
    if (b == end || (a != own.end() && a->index < b->index)) {
      row.push_back(*a++);
    } else if (a == own.end() || b->index < a->index) {
      row.push_back(*b++);
    } else {
      row.push_back({a->index, a->p + b->p});
      ++a, ++b;
    }
  }
  return row;
}

}  // namespace

std::vector<float> conditional_affinities(const Neighbours& neighbours, double perplexity,
                                          Workers& workers, const std::function<void()>& check) {
  const std::int64_t k = neighbours.each;
  std::vector<float> p(std::size_t(neighbours.count * k));
  workers.pieces(neighbours.count, 256, [&](std::int64_t first, std::int64_t last) {
    check();
    std::vector<double> weight(std::size_t(k), 0.0);
    for (std::int64_t i = first; i < last; ++i)
      fit_row(neighbours.squared_distance.data() + i * k, int(k), std::log(perplexity), weight,
              p.data() + i * k);
  });
  return p;
}

Affinities::Affinities(const Neighbours& neighbours, const std::vector<float>& conditional,
                       Workers& workers)
    : begin_(std::size_t(neighbours.count) + 1, 0) {
  const std::int64_t n = neighbours.count;
  const Transposed transposed = transpose(neighbours, conditional);
  std::vector<std::vector<Entry>> rows{std::size_t(n), std::vector<Entry>{}};
  workers.pieces(n, 256, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i)
      rows[std::size_t(i)] = joint_row(neighbours, conditional, transposed, i);
  });
  for (std::size_t i = 0; i < std::size_t(n); ++i)
    begin_[i + 1] = begin_[i] + std::int64_t((rows[i].size() + 15) / 16 * 16);
  index_.resize(std::size_t(begin_.back()));
  p_.assign(std::size_t(begin_.back()), 0.f);
  workers.pieces(n, 256, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::size_t from = std::size_t(begin_[std::size_t(i)]);
      std::fill(index_.begin() + std::ptrdiff_t(from), index_.begin() + begin_[std::size_t(i) + 1],
                std::int32_t(i));
      const std::vector<Entry>& row = rows[std::size_t(i)];
      for (std::size_t e = 0; e < row.size(); ++e) {
        index_[from + e] = row[e].index;
        p_[from + e] = row[e].p;
      }
    }
  });
  normalise(workers);
}

void Affinities::reorder(const std::vector<std::int32_t>& from, Workers& workers) {
  const std::size_t n = from.size();
  std::vector<std::int32_t> to(n), index(index_.size());
  std::vector<std::int64_t> begin(n + 1, 0);
  std::vector<float> p(p_.size());
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t old = std::size_t(from[i]);
    to[old] = std::int32_t(i);
    begin[i + 1] = begin[i] + begin_[old + 1] - begin_[old];
  }
  workers.pieces(std::int64_t(n), 256, [&](std::int64_t first, std::int64_t last) {
    for (std::size_t i = std::size_t(first); i < std::size_t(last); ++i) {
      std::size_t out = std::size_t(begin[i]);
      const std::size_t old = std::size_t(from[i]), end = std::size_t(begin_[old + 1]);
      for (std::size_t e = std::size_t(begin_[old]); e < end; ++e, ++out) {
        index[out] = to[std::size_t(index_[e])];
        p[out] = p_[e];
      }
    }
  });
  begin_.swap(begin);
  index_.swap(index);
  p_.swap(p);
}

void Affinities::normalise(Workers& workers) {
  constexpr std::int64_t kPiece = 1 << 16;
  const auto entries = std::int64_t(p_.size());
  const double sum = workers.sum(entries, kPiece, [&](std::int64_t first, std::int64_t last) {
    double part = 0;
    for (std::int64_t e = first; e < last; ++e) part += p_[std::size_t(e)];
    return part;
  });
  negative_entropy_ = workers.sum(entries, kPiece, [&](std::int64_t first, std::int64_t last) {
    double part = 0;
    for (std::int64_t e = first; e < last; ++e) {
      float& p = p_[std::size_t(e)];
      p = float(p / sum);
      if (p > 0) part += p * std::log(double(p));
    }
    return part;
  });
  total_ = workers.sum(entries, kPiece, [&](std::int64_t first, std::int64_t last) {
    double part = 0;
    for (std::int64_t e = first; e < last; ++e) part += p_[std::size_t(e)];
    return part;
  });
}

}  // namespace pipeline::tsne
