#pragma once
// Sums over the places of each channel, and what normalises by them; softmax, which normalises over
// the channels of each place. Sums of a row are floats, those of rows doubles, one sum a lane.

namespace pipeline::nn::kernels {
namespace {

/// sums[16·c + lane] += the sum of f over channel c.
template <class F>
PIPELINE_INLINE void sum_channels(const ConstView& x, double* sums, F f) {
  for (int c = 0; c < x.channels; ++c)
    for (int r = 0; r < x.height; ++r) {
      V row = all(0.0f);
      for (int i = 0; i < x.width; ++i) row = row + f(c, r, std::size_t(i) * 16);
      add_to_doubles(sums + std::size_t(c) * 16, row);
    }
}

void channel_totals(const ConstView& x, double* sums) {
  sum_channels(
      x, sums, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        return load(at(x, c, r, i));
      });
}
void channel_squares(const ConstView& x, const float* mean, double* sums) {
  sum_channels(
      x, sums, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        const V d = load(at(x, c, r, i)) - all(mean[c]);
        return d * d;
      });
}
void channel_products(const ConstView& x, const float* mean, const ConstView& dy, double* sums) {
  sum_channels(
      x, sums, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        return (load(at(x, c, r, i)) - all(mean[c])) * load(at(dy, c, r, i));
      });
}
void normalise(const ConstView& x, const float* mean, const float* factor, const float* shift,
               const View& y) {
  each_vector(
      y, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        store(at(y, c, r, i),
              fma(load(at(x, c, r, i)) - all(mean[c]), all(factor[c]), all(shift[c])));
      });
}
void normalise_backward(const ConstView& x, const float* mean, const ConstView& dy,
                        const float* factor, const float* by_dy, const float* by_x,
                        const View& dx) {
  each_vector(
      dx, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        const V d = load(at(x, c, r, i)) - all(mean[c]);
        const V g = load(at(dy, c, r, i)) - all(by_dy[c]);
        store(at(dx, c, r, i), fnma(d, all(by_x[c]), g) * all(factor[c]));
      });
}

/// Calls f(row, offset in the row's floats) for every place of the image.
template <class View, class F>
PIPELINE_INLINE void each_place(const View& y, F f) {
  for (int r = 0; r < y.height; ++r)
    for (int i = 0; i < y.width; ++i) f(r, std::size_t(i) * 16);
}

/// What one place's channels are normalised by.
struct PlaceSums {
  V mean, inverse;
};
PIPELINE_INLINE PlaceSums place_sums(const ConstView& x, int r, std::size_t i, float epsilon) {
  const V share = all(1.0f / float(x.channels));
  V sum = all(0.0f), squares = all(0.0f);
  for (int c = 0; c < x.channels; ++c) sum = sum + load(at(x, c, r, i));
  const V mean = sum * share;
  for (int c = 0; c < x.channels; ++c) {
    const V d = load(at(x, c, r, i)) - mean;
    squares = fma(d, d, squares);
  }
  return {mean, all(1.0f) / sqrt(fma(squares, share, all(epsilon)))};
}

void place_normalise(const ConstView& x, const float* gamma, const float* beta, float epsilon,
                     const View& y) {
  each_place(
      y, [&](int r, std::size_t i) __attribute__((always_inline)) {
        const PlaceSums s = place_sums(x, r, i, epsilon);
        for (int c = 0; c < x.channels; ++c) {
          const V normal = (load(at(x, c, r, i)) - s.mean) * s.inverse;
          store(at(y, c, r, i),
                fma(normal, all(gamma ? gamma[c] : 1.0f), all(beta ? beta[c] : 0.0f)));
        }
      });
}

void place_normalise_backward(const ConstView& x, const float* gamma, float epsilon,
                              const ConstView& dy, const View& dx, float* dgamma, float* dbeta) {
  const V share = all(1.0f / float(x.channels));
  each_place(
      dy, [&](int r, std::size_t i) __attribute__((always_inline)) {
        const PlaceSums s = place_sums(x, r, i, epsilon);
        V by_dy = all(0.0f), by_x = all(0.0f);
        for (int c = 0; c < x.channels; ++c) {
          const V d = load(at(dy, c, r, i));
          const V normal = (load(at(x, c, r, i)) - s.mean) * s.inverse;
          if (dgamma) dgamma[c] += sum(d * normal);
          if (dbeta) dbeta[c] += sum(d);
          const V g = d * all(gamma ? gamma[c] : 1.0f);
          by_dy = by_dy + g;
          by_x = fma(g, normal, by_x);
        }
        if (!dx.data) return;
        for (int c = 0; c < x.channels; ++c) {
          const V normal = (load(at(x, c, r, i)) - s.mean) * s.inverse;
          const V g = load(at(dy, c, r, i)) * all(gamma ? gamma[c] : 1.0f);
          store(at(dx, c, r, i), fnma(normal, by_x * share, g - by_dy * share) * s.inverse);
        }
      });
}

void softmax(const ConstView& x, const View& y) {
  each_place(
      y, [&](int r, std::size_t i) __attribute__((always_inline)) {
        V most = load(at(x, 0, r, i));
        for (int c = 1; c < x.channels; ++c) most = max(load(at(x, c, r, i)), most);
        V sum = all(0.0f);
        for (int c = 0; c < x.channels; ++c) {
          const V e = exp(load(at(x, c, r, i)) - most);
          store(at(y, c, r, i), e);
          sum = sum + e;
        }
        for (int c = 0; c < x.channels; ++c) store(at(y, c, r, i), load(at(y, c, r, i)) / sum);
      });
}
void softmax_backward(const ConstView& y, const ConstView& dy, const View& dx) {
  each_place(
      dx, [&](int r, std::size_t i) __attribute__((always_inline)) {
        V sum = all(0.0f);
        for (int c = 0; c < y.channels; ++c)
          sum = fma(load(at(y, c, r, i)), load(at(dy, c, r, i)), sum);
        for (int c = 0; c < y.channels; ++c)
          store(at(dx, c, r, i), load(at(y, c, r, i)) * (load(at(dy, c, r, i)) - sum));
      });
}

}  // namespace
}  // namespace pipeline::nn::kernels
