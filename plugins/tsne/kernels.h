#pragma once
#include <cstddef>
#include <cstdint>
#include <initializer_list>

// What the kernels' two builds (AVX2 and AVX-512, equal bits) offer: plain structs and function
// pointers, no inline functions, since a copy that the linker takes from the AVX-512 build would
// stop other processors.

namespace pipeline {
enum class Simd;  // pipeline/simd.h
}

namespace pipeline::tsne {

/// Points of the map as planes: coordinate c of point i is data[c·stride + i]. stride is a multiple
/// of 16; what is beyond `count` lies at kFar.
struct Points {
  const float* data;
  std::size_t stride;
  std::int64_t count;
  int dims;                      ///< 1 to 3
  const float* pairs = nullptr;  ///< of two dimensions, x and y in turn; for attract()
};
constexpr float kFar = 1e18f;

/// Sparse rows of 16·k entries; entries that only fill have p 0 and the row's own index.
struct SparseRows {
  const std::int64_t* begin;  ///< rows + 1
  const std::int32_t* index;
  const float* p;
};

/// The pass structure of one length of transform; see fft_plan.h.
struct FftShape {
  int n;
  int passes;
  int radix[16];         ///< each 2, 3, 4 or 5
  const float* factors;  ///< (cos, sin) by pass, then p >= 1, then k = 1 … radix-1
  const float* quarter;  ///< (cos, sin) of -pi/2·j/n
  const float* half;     ///< (cos, sin) of -pi·j/n
};

/// A grid and its work space; see grid_convolution.h. Strides in floats.
struct ConvolutionGrid {
  float* values;            ///< [rows][stride]
  std::size_t stride;       ///< columns, rounded up to 16
  float* spectrum;          ///< [row block][column][2][16]
  std::size_t block;        ///< one row block's floats: stride·32
  const float* multiplier;  ///< [row block, `block` floats apart][even, odd][column][16]
  FftShape over_rows, over_columns;
};

/// Points sorted into strips of kReach grid rows, and in a strip by their grid column; see
/// strips.h. Places are in nodes: a point at (2.7, 5.1) is spread to rows 2 to 5, columns 5 to 8.
/// Sixteen places follow the last.
struct StripPoints {
  const std::int32_t* point;  ///< index before sorting
  const float* row;
  const float* column;
  const std::int32_t* begin;  ///< of column c in strip s: begin[s·columns + c]; one more at the end
  int strips, columns;
};
/// How far, in nodes, near pairs reach where they are summed one by one.
constexpr int kReach = 3;

/// Arrays need no alignment, and hold finite values where nothing else is said. Of indices from
/// `first` to `last`, `last` is the first that is left out. n and count may be 0.
struct Kernels {
  /// out[q·out_stride + 16·b + lane] = squared distance of queries[q] (q < 4, [features]) to point
  /// `lane` of block chosen[b], b < count; a block is [features][16], and may hold infinities.
  /// out_stride >= 16·count; what lies between the rows of `out` stays as it is.
  void (*distances)(const float* const* queries, const float* blocks, int features,
                    const std::int32_t* chosen, int count, float* out, std::size_t out_stride);
  /// The blocks b < count where the squared distance of queries[q] ([features]) to a point is at
  /// most limits[q] for a q < 4, in ascending order; gives how many. Blocks are those of
  /// distances(). `found` has room for `count`.
  int (*sieve)(const float* const* queries, const float* limits, const float* blocks, int features,
               int count, std::int32_t* found);
  /// The i < count (a multiple of 16) with values[i] <= limit, in ascending order; gives how many.
  /// Values may be infinite. `found` has room for `count`.
  int (*at_most)(const float* values, int count, float limit, std::int32_t* found);
  /// weight[i] = exp(-beta·squared[i]), i < n (a multiple of 16), squared and beta >= 0; and the
  /// sums of weight and of squared·weight.
  void (*gaussian)(const float* squared, std::size_t n, float beta, float* weight, float* sum,
                   float* weighted);
  /// For i from first to last: force[c·stride + i] = sum over row i of p·w·(y_i - y_j),
  /// w = 1/(1 + d²/dof), dof = max(dims - 1, 1). `force` is [dims][stride].
  void (*attract)(const Points&, const SparseRows&, std::int64_t first, std::int64_t last,
                  float* force);
  /// The sum over rows first to last of p·log(1 + d²/dof).
  double (*cross_entropy)(const Points&, const SparseRows&, std::int64_t first, std::int64_t last);
  /// For i from first to last: force[c·stride + i] = sum over the points j != i of q·w·(y_i - y_j),
  /// q = w^((dof + 1)/2). `force` is [dims][stride]. Gives the sum of all q.
  double (*repel)(const Points&, std::int64_t first, std::int64_t last, float* force);
  /// Least and most of n >= 1 values; false, and these two undefined, if one is not finite.
  bool (*bounds)(const float* values, std::int64_t n, float* least, float* most);
  /// One step of n values (a multiple of 16) with gains (Jacobs, 1988): a gain grows by 0.2 where
  /// velocity·gradient < 0, else shrinks to 0.8 of itself, but not below 0.01; then
  /// velocity = momentum·velocity - rate·gain·gradient, and y grows by the velocity. `gradient`
  /// holds the gradient, and times the gain afterwards.
  void (*step)(float* y, float* velocity, float* gain, float* gradient, std::size_t n,
               float momentum, float rate);
  /// pairs = x[0], y[0], x[1], y[1], … to [2·n]; n is a multiple of 16.
  void (*interleave)(const float* x, const float* y, std::size_t n, float* pairs);
  /// out[i] = a·attraction[i] - r·repulsion[i], i < n (a multiple of 16).
  void (*combine)(const float* attraction, const float* repulsion, float a, float r, std::size_t n,
                  float* out);

  /// Adds the spline weights of a strip's points to grid.values: 4 by 4 nodes a point, in rows
  /// kReach·strip to kReach·strip + 5 alone.
  void (*spread)(const StripPoints&, int strip, const ConvolutionGrid&);
  /// For the points of a strip: force[c·stride + point] = -1/2 of the gradient of the field that
  /// grid.values holds, times 1/spacing; gives the sum of the field at the points. `force` is
  /// [2][stride].
  double (*interpolate)(const StripPoints&, int strip, const ConvolutionGrid&,
                        float half_inverse_spacing, float* force, std::size_t stride);
  /// For the points of a strip: adds to force[c·stride + point] what the near points' kernel lacks
  /// in the field (see near_kernels.h); gives the sum of what it lacks, each point with itself
  /// included. `force` is [2][stride].
  double (*near)(const StripPoints&, int strip, float spacing, float* force, std::size_t stride);

  // The convolution; `work` is [3][rows or columns, whichever is meant, rounded up to 16][32].

  /// Of grid.values' columns c from 16·strip to 16·strip + 15, with n rows, the transform
  ///   S_k = sum over r < n of values[r][c]·e^(-i·pi·r/(2n))·e^(-2i·pi·r·k/n)
  /// to spectrum[k / 16][c][re, im][k % 16]; zero for k from n to the block's end. Work: rows.
  void (*columns_forward)(const ConvolutionGrid&, int strip, float* work);
  /// In place, for each lane of row block `block` of the spectrum, n columns: with zeros behind
  /// them to 2n values, their transform over the columns, frequency m times multiplier[m % 2][m /
  /// 2] of the block, and back without a factor; of which the first n are kept. Work: columns.
  void (*rows_convolve)(const ConvolutionGrid&, int block, float* work);
  /// The way back of columns_forward(), times n: values[r][c] = the real part of
  ///   e^(i·pi·r/(2n))·(sum over k < n of S_k·e^(2i·pi·r·k/n)), r < n. Work: rows.
  void (*columns_inverse)(const ConvolutionGrid&, int strip, float* work);
  /// From the spectrum's row block `block`, of an even kernel's half from 0 on over n columns, the
  /// block's multiplier, [2][n][16], for m < 2n:
  ///   multiplier[m % 2][m / 2] = scale·(Re S_0 + 2·sum over 0 < c < n of Re S_c·cos(pi·m·c/n)).
  /// Work: columns.
  void (*rows_multiplier)(const ConvolutionGrid&, int block, float scale, float* work,
                          float* multiplier);
};

extern const Kernels kAvx2;
extern const Kernels kAvx512;

/// The kernels of avx2 or avx512.
const Kernels& kernels_of(Simd simd);
/// The kernels in use, see choose_simd().
const Kernels& kernels();
/// From now on kernels() gives these; for tests.
void use_kernels(const Kernels& kernels);

}  // namespace pipeline::tsne
