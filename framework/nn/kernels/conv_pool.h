#pragma once
// Convolutions whose results meet in windows of 2×2, and the way back. Forward, of a Zen 4 core's
// peak at the lecture's encoder_1 to 3: 0.74 0.94 0.93, on AVX2 0.58 0.68 0.69; the first reads one
// channel, nine products for each value that the windows compare.

namespace pipeline::nn::kernels {
namespace {

/// One window of Rows×Columns results (2×2, less at the border) of `Channels` channels.
template <int Group, int Width, int Channels, int Rows, int Columns>
PIPELINE_INLINE void conv_pool_tile(const ConvPool& p, const float* w, int first, int y, int x) {
  const Conv& c = p.conv;
  V sums[Channels][Rows][Columns];
  conv_sums<Group, Width, 1>(c, w, c.bias ? c.bias + first : nullptr, 2 * y, 2 * x, sums);
#pragma GCC unroll 8
  for (int o = 0; o < Channels; ++o) {
    // Of equal values the first wins: a later one has to be larger.
    const V(&s)[Rows][Columns] = sums[o];
    V best = s[0][0];
    M right = no_lane(), low = no_lane(), low_right = no_lane();
    if constexpr (Columns == 2) {
      right = s[0][1] > best;
      best = max(s[0][1], best);
    }
    if constexpr (Rows == 2) {
      low = s[1][0] > best;
      best = max(s[1][0], best);
    }
    if constexpr (Rows == 2 && Columns == 2) {
      low_right = s[1][1] > best;
      low = either(low, low_right);
      best = max(s[1][1], best);
    }
    best = max(all(0.0f), best);
    // max() passes some NaNs over; winners do not matter then, the relu stops the gradient.
    M lost = any_nan(s[0][0], s[0][Columns - 1]);
    if constexpr (Rows == 2) lost = either(lost, any_nan(s[1][0], s[1][Columns - 1]));
    best = select(lost, all(__builtin_nanf("")), best);
    const std::size_t window = (std::size_t(first + o) * c.out.height + y) * c.out.width + x;
    std::uint16_t* winner = p.winners + window * 4;
    winner[0] = lanes(right);
    winner[1] = lanes(low_right);
    winner[2] = lanes(low);
    winner[3] = lanes(best > all(0.0f));
    store(at(c.out, first + o, y, std::size_t(x) * 16), best);
  }
}

template <int Group, int Width, int Rows>
void conv_pool_row(const ConvPool& p, const float* w, int first, int y) {
  constexpr int kChannels = Group < kPoolChannels ? Group : kPoolChannels;
  for (int o = 0; o < Group; o += kChannels) {
    int x = 0;
    for (; 2 * x + 2 <= p.columns; ++x)
      conv_pool_tile<Group, Width, kChannels, Rows, 2>(p, w + o, first + o, y, x);
    if (2 * x < p.columns)
      conv_pool_tile<Group, Width, kChannels, Rows, 1>(p, w + o, first + o, y, x);
  }
}

template <int Width>
void conv_pool_of(const ConvPool& p) {
  each_group<kConvGroup>(
      p.conv, p.conv.weights,
      0, [&](int first, const float* w, auto group) __attribute__((always_inline)) {
        constexpr int kGroup = decltype(group)::value;
        int y = 0;
        for (; 2 * y + 2 <= p.rows; ++y) conv_pool_row<kGroup, Width, 2>(p, w, first, y);
        if (2 * y < p.rows) conv_pool_row<kGroup, Width, 1>(p, w, first, y);
      });
}

void conv_pool(const ConvPool& p) {
  if (p.conv.kernel_width == 3) conv_pool_of<3>(p);
  else conv_pool_of<0>(p);
}

/// 1.1 ns a vector written, on AVX2 1.3 (Zen 4, blocks of 32 to 800 KB).
void unpool(const Unpool& u) {
  const std::uint16_t* winners = u.winners;
  for (int c = 0; c < u.dy.channels; ++c)
    for (int y = 0; y < u.dy.height; ++y)
      for (int x = 0; x < u.dy.width; ++x, winners += 4) {
        V d = keep(of_lanes(winners[3]), load(at(u.dy, c, y, std::size_t(x) * 16)));
        M is_low = of_lanes(winners[2]);
        V low = keep(is_low, d), top = select(is_low, all(0.0f), d);
        const V rows[2] = {top, low};
        for (int r = 0; r < 2 && 2 * y + r < u.out.height; ++r) {
          float* out = at(u.out, c, 2 * y + r, std::size_t(2 * x) * 16);
          M right = of_lanes(winners[r]);
          store(out, select(right, all(0.0f), rows[r]));
          if (2 * x + 1 < u.out.width) store(out + 16, keep(right, rows[r]));
        }
      }
}

}  // namespace
}  // namespace pipeline::nn::kernels
