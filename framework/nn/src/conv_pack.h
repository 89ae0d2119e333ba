#pragma once
#include <vector>

#include "views.h"

namespace pipeline::nn {

/// weight(o, i, k) for all channels and taps, as the convolution's kernels read it: output channels
/// side by side in whole groups of conv_group, then of half as many, and so on; each group is
/// [in][tap][channel].
template <class WeightAt>
std::vector<float> conv_pack(int outputs, int inputs, int taps, WeightAt weight) {
  std::vector<float> packed(std::size_t(outputs) * inputs * taps);
  float* to = packed.data();
  int group = kernels::table().conv_group;
  for (int first = 0; first < outputs; first += group) {
    while (first + group > outputs) group /= 2;
    for (int i = 0; i < inputs; ++i)
      for (int k = 0; k < taps; ++k)
        for (int o = 0; o < group; ++o) *to++ = weight(first + o, i, k);
  }
  return packed;
}

/// The view whose first value lies so many rows and columns in front of v's.
template <class View>
View from_tap(View v, int rows_before, int columns_before) {
  v.data -= std::ptrdiff_t(rows_before) * std::ptrdiff_t(v.row_stride) +
            std::ptrdiff_t(columns_before) * kLanes;
  return v;
}

}  // namespace pipeline::nn
