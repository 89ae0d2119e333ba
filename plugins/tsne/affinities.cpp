#include "affinities.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <span>

#include "buffer.h"
#include "pipeline/math.h"

namespace pipeline::tsne {
namespace {

constexpr double kTolerance = 1e-5;
constexpr int kSteps = 100;

/// Of points that only fill: exp of it is 0, whatever beta.
constexpr float kBeyond = 1e38f;

/// One point at a time: p from its neighbours' squared distances. These count from the least, which
/// changes nothing but that the nearest never underflow.
class Calibration {
 public:
  Calibration(int k, double perplexity)
      : k_(k),
        entropy_(math::log(perplexity)),
        squared_(round_up_16(std::size_t(k))),
        weight_(squared_.size()) {}

  void fit(const float* squared, float* p) {
    std::fill_n(squared_.data(), squared_.size(), kBeyond);
    for (int j = 0; j < k_; ++j) squared_[std::size_t(j)] = squared[j] - squared[0];
    double beta = 1, below = 0, above = std::numeric_limits<double>::infinity();
    float sum = 0;
    for (int step = 0; step < kSteps; ++step) {
      float weighted = 0;
      kernels().gaussian(squared_.data(), squared_.size(), float(beta), weight_.data(), &sum,
                         &weighted);
      const double entropy = math::log(double(sum)) + beta * weighted / sum;
      if (std::abs(entropy - entropy_) <= kTolerance) break;
      if (entropy > entropy_) {
        below = beta;
        beta = std::isinf(above) ? beta * 2 : (beta + above) / 2;
      } else {
        above = beta;
        beta = (beta + below) / 2;
      }
    }
    for (int j = 0; j < k_; ++j) p[j] = weight_[std::size_t(j)] / sum;
  }

 private:
  int k_;
  double entropy_;
  Buffer squared_, weight_;
};

struct Entry {
  std::int32_t index;
  float p;
};

/// The conditional affinities p_(j|i) by j: the transposed matrix.
struct Columns {
  std::vector<std::int64_t> begin;
  Large<Entry> entries;
};

Columns by_column(const Neighbours& neighbours, const Large<float>& p) {
  const std::size_t n = std::size_t(neighbours.count), k = std::size_t(neighbours.each);
  Columns t{std::vector<std::int64_t>(n + 1, 0), Large<Entry>(n * k)};
  for (std::int32_t j : neighbours.index) ++t.begin[std::size_t(j) + 1];
  for (std::size_t i = 0; i < n; ++i) t.begin[i + 1] += t.begin[i];
  std::vector<std::int64_t> free(t.begin.begin(), t.begin.end() - 1);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t e = i * k; e < (i + 1) * k; ++e)
      t.entries[std::size_t(free[std::size_t(neighbours.index[e])]++)] = {std::int32_t(i), p[e]};
  return t;
}

/// The rows of the sum of the conditional affinities' matrix and its transpose.
class JointRows {
 public:
  JointRows(const Neighbours& neighbours, const Large<float>& conditional, const Columns& columns)
      : neighbours_(neighbours),
        conditional_(conditional),
        columns_(columns),
        place_(std::size_t(neighbours.count), 0) {}

  std::int64_t size(std::int64_t i) {
    mark(i, true);
    std::int64_t size = neighbours_.each;
    for (const Entry& entry : column(i)) size += place_[std::size_t(entry.index)] == 0;
    mark(i, false);
    return size;
  }

  /// Neighbours first, nearest first, then the points whose neighbour i is.
  void write(std::int64_t i, std::int32_t* index, float* p) {
    mark(i, true);
    const std::size_t k = std::size_t(neighbours_.each), first = std::size_t(i) * k;
    std::copy_n(neighbours_.index.data() + first, k, index);
    std::copy_n(conditional_.data() + first, k, p);
    std::size_t end = k;
    for (const Entry& entry : column(i)) {
      const std::int32_t place = place_[std::size_t(entry.index)];
      if (place > 0) {
        p[place - 1] += entry.p;
      } else {
        index[end] = entry.index;
        p[end++] = entry.p;
      }
    }
    mark(i, false);
  }

 private:
  std::span<const Entry> column(std::int64_t i) const {
    return {columns_.entries.data() + columns_.begin[std::size_t(i)],
            columns_.entries.data() + columns_.begin[std::size_t(i) + 1]};
  }
  /// Where in row i each of its neighbours is, counted from 1; or 0 again.
  void mark(std::int64_t i, bool set) {
    const std::int32_t* row = neighbours_.index.data() + i * neighbours_.each;
    for (int e = 0; e < neighbours_.each; ++e) place_[std::size_t(row[e])] = set ? e + 1 : 0;
  }

  const Neighbours& neighbours_;
  const Large<float>& conditional_;
  const Columns& columns_;
  std::vector<std::int32_t> place_;
};

}  // namespace

Large<float> conditional_affinities(const Neighbours& neighbours, double perplexity,
                                    Workers& workers, const std::function<void()>& check) {
  const std::int64_t k = neighbours.each;
  Large<float> p(std::size_t(neighbours.count * k));
  workers.pieces(neighbours.count, 256, [&](std::int64_t first, std::int64_t last) {
    check();
    Calibration calibration(int(k), perplexity);
    for (std::int64_t i = first; i < last; ++i)
      calibration.fit(neighbours.squared_distance.data() + i * k, p.data() + i * k);
  });
  return p;
}

Affinities::Affinities(const Neighbours& neighbours, const Large<float>& conditional,
                       Workers& workers)
    : begin_(std::size_t(neighbours.count) + 1, 0) {
  const std::int64_t n = neighbours.count;
  const Columns columns = by_column(neighbours, conditional);
  std::vector<std::unique_ptr<JointRows>> of_thread(std::size_t(workers.threads()));
  const auto rows = [&](int thread) -> JointRows& {
    auto& rows = of_thread[std::size_t(thread)];
    if (!rows) rows = std::make_unique<JointRows>(neighbours, conditional, columns);
    return *rows;
  };
  constexpr std::int64_t kPiece = 256;
  const std::int64_t pieces = (n + kPiece - 1) / kPiece;
  workers.each(pieces, [&](std::int64_t piece, int thread) {
    for (std::int64_t i = piece * kPiece; i < std::min(n, (piece + 1) * kPiece); ++i)
      begin_[std::size_t(i) + 1] = (rows(thread).size(i) + 15) / 16 * 16;
  });
  for (std::size_t i = 0; i < std::size_t(n); ++i) begin_[i + 1] += begin_[i];
  index_.resize(std::size_t(begin_.back()));
  p_.resize(std::size_t(begin_.back()));
  workers.each(pieces, [&](std::int64_t piece, int thread) {
    for (std::int64_t i = piece * kPiece; i < std::min(n, (piece + 1) * kPiece); ++i) {
      const std::int64_t begin = begin_[std::size_t(i)], end = begin_[std::size_t(i) + 1];
      std::fill(index_.begin() + begin, index_.begin() + end, std::int32_t(i));
      std::fill(p_.begin() + begin, p_.begin() + end, 0.f);
      rows(thread).write(i, index_.data() + begin, p_.data() + begin);
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
      if (p > 0) part += p * math::log(double(p));
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
