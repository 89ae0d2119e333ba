#pragma once
// Max pooling; windows are cut at the image's border.

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

void max_pool(const Pool& p, const View& y) {
  each_vector(
      y, [&](int c, int r, std::size_t i) __attribute__((always_inline)) {
        const Span rows = inside(r, p.stride_y, p.before_y, p.height, p.x.height);
        const Span columns = inside(int(i / 16), p.stride_x, p.before_x, p.width, p.x.width);
        V best = load(at(p.x, c, rows.first, std::size_t(columns.first) * 16));
        for (int a = rows.first; a < rows.last; ++a)
          for (int b = columns.first; b < columns.last; ++b)
            best = max(load(at(p.x, c, a, std::size_t(b) * 16)), best);
        store(at(y, c, r, i), best);
      });
}

void max_pool_backward(const Pool& p, const ConstView& dy, const View& dx) {
  each_vector(
      dx, [&](int c, int r, std::size_t i)
              __attribute__((always_inline)) { store(at(dx, c, r, i), all(0.0f)); });
  for (int c = 0; c < dy.channels; ++c)
    for (int r = 0; r < dy.height; ++r)
      for (int q = 0; q < dy.width; ++q) {
        const Span rows = inside(r, p.stride_y, p.before_y, p.height, p.x.height);
        const Span columns = inside(q, p.stride_x, p.before_x, p.width, p.x.width);
        const V best = load(at(p.y, c, r, std::size_t(q) * 16));
        const V d = load(at(dy, c, r, std::size_t(q) * 16));
        M taken = no_lane();
        for (int a = rows.first; a < rows.last; ++a)
          for (int b = columns.first; b < columns.last; ++b) {
            const std::size_t column = std::size_t(b) * 16;
            M here = without(load(at(p.x, c, a, column)) == best, taken);
            float* to = at(dx, c, a, column);
            store(to, load(to) + keep(here, d));
            taken = either(taken, here);
          }
      }
}

}  // namespace
}  // namespace pipeline::nn::kernels
