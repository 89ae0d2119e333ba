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

/// The conditional affinities p_(j|i) by j: of the rows i, or of the transposed matrix.
struct Conditional {
  std::vector<std::int64_t> begin;
  std::vector<Entry> entries;
  const Entry* row(std::int64_t i) const { return entries.data() + begin[std::size_t(i)]; }
};

Conditional by_row(const Neighbours& neighbours, const std::vector<float>& p, Workers& workers) {
  const std::size_t n = std::size_t(neighbours.count), k = std::size_t(neighbours.each);
  Conditional rows{std::vector<std::int64_t>(n + 1, 0), std::vector<Entry>(n * k)};
  for (std::size_t i = 0; i <= n; ++i) rows.begin[i] = std::int64_t(i * k);
  workers.pieces(std::int64_t(n), 256, [&](std::int64_t first, std::int64_t last) {
    for (std::size_t i = std::size_t(first); i < std::size_t(last); ++i) {
      for (std::size_t e = i * k; e < (i + 1) * k; ++e)
        rows.entries[e] = {neighbours.index[e], p[e]};
      const auto row = rows.entries.begin() + std::ptrdiff_t(i * k);
      std::sort(row, row + std::ptrdiff_t(k), by_index);
    }
  });
  return rows;
}

Conditional by_column(const Neighbours& neighbours, const std::vector<float>& p) {
  const std::size_t n = std::size_t(neighbours.count), k = std::size_t(neighbours.each);
  Conditional t{std::vector<std::int64_t>(n + 1, 0), std::vector<Entry>(n * k)};
  for (std::int32_t j : neighbours.index) ++t.begin[std::size_t(j) + 1];
  for (std::size_t i = 0; i < n; ++i) t.begin[i + 1] += t.begin[i];
  std::vector<std::int64_t> free(t.begin.begin(), t.begin.end() - 1);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t e = i * k; e < (i + 1) * k; ++e)
      t.entries[std::size_t(free[std::size_t(neighbours.index[e])]++)] = {std::int32_t(i), p[e]};
  return t;
}

/// Calls take(index, p) for each entry of row i of the sum of the matrix and its transpose.
template <typename Take>
void joint_row(const Conditional& rows, const Conditional& columns, std::int64_t i,
               const Take& take) {
  const Entry *a = rows.row(i), *a_end = rows.row(i + 1);
  const Entry *b = columns.row(i), *b_end = columns.row(i + 1);
  while (a != a_end || b != b_end) {
    if (b == b_end || (a != a_end && a->index < b->index)) {
      take(a->index, a->p);
      ++a;
    } else if (a == a_end || b->index < a->index) {
      take(b->index, b->p);
      ++b;
    } else {
      take(a->index, a->p + b->p);
      ++a, ++b;
    }
  }
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
  const Conditional rows = by_row(neighbours, conditional, workers);
  const Conditional columns = by_column(neighbours, conditional);
  workers.pieces(n, 256, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      std::int64_t size = 0;
      joint_row(rows, columns, i, [&](std::int32_t, float) { ++size; });
      begin_[std::size_t(i) + 1] = (size + 15) / 16 * 16;
    }
  });
  for (std::size_t i = 0; i < std::size_t(n); ++i) begin_[i + 1] += begin_[i];
  index_.resize(std::size_t(begin_.back()));
  p_.resize(std::size_t(begin_.back()));
  workers.pieces(n, 256, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      auto e = std::size_t(begin_[std::size_t(i)]);
      joint_row(rows, columns, i, [&](std::int32_t index, float p) {
        index_[e] = index;
        p_[e++] = p;
      });
      for (; e < std::size_t(begin_[std::size_t(i) + 1]); ++e) index_[e] = std::int32_t(i);
    }
  });
  normalise(workers);
}

void Affinities::reorder(const std::vector<std::int32_t>& from, Workers& workers) {
  const std::size_t n = from.size();
  std::vector<std::int32_t> to(n);
  Spare& out = spare_;
  out.begin.assign(n + 1, 0);
  out.index.resize(index_.size());
  out.p.resize(p_.size());
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t old = std::size_t(from[i]);
    to[old] = std::int32_t(i);
    out.begin[i + 1] = out.begin[i] + begin_[old + 1] - begin_[old];
  }
  workers.pieces(std::int64_t(n), 256, [&](std::int64_t first, std::int64_t last) {
    for (std::size_t i = std::size_t(first); i < std::size_t(last); ++i) {
      auto e = std::size_t(out.begin[i]);
      const auto old = std::size_t(from[i]), end = std::size_t(begin_[old + 1]);
      for (auto k = std::size_t(begin_[old]); k < end; ++k, ++e) {
        out.index[e] = to[std::size_t(index_[k])];
        out.p[e] = p_[k];
      }
    }
  });
  begin_.swap(out.begin);
  index_.swap(out.index);
  p_.swap(out.p);
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
