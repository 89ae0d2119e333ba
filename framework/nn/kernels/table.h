#pragma once
#include <cstddef>
#include <cstdint>

// What the kernels' two builds offer: plain structs and function pointers, with no inline function
// in sight, since a copy that the linker takes from the AVX-512 build would stop other processors.

namespace pipeline::nn::kernels {

/// A block of 16 samples as kernels see it: `data` is value (0, 0, 0); strides in floats.
struct View {
  float* data;
  int channels, height, width;
  std::size_t channel_stride, row_stride;
};
struct ConstView {
  const float* data;
  int channels, height, width;
  std::size_t channel_stride, row_stride;
};

/// out[o][y][x] = bias[o] + sum over i, k, l of w[o][i][k][l] · in[i][y·stride +
/// k·dilation][x·stride + l·dilation], sums in this order, then relu if asked for. `in.data` is the
/// place of the first tap; in's height and width are not looked at: what the windows reach from
/// there is read. out may not overlap in. Weights as conv_pack() lays them out.
struct Conv {
  ConstView in;
  View out;
  const float* weights;
  const float* bias;  ///< may be null
  int kernel_height, kernel_width, stride;
  int dilation = 1;  ///< rows and columns from one tap to the next
  int out_step = 1;  ///< columns from one output to the next
  bool relu = false;
  ConstView
      positive{};  ///< like out, steps too: where it is not above 0, 0 is written; may be null
};

/// A convolution of 3×3 behind an up-sampling by 2, for few output channels: out[o][2y + a][2x + b]
/// = bias[o] + sum over i, k, l of w[o][i][a][b][k][l] · in[i][y + a·shift + k][x + b·shift + l], k
/// and l below 2; then relu if asked for. `in.data` is the place of the first tap; out's height and
/// width are even.
struct ConvUp {
  ConstView in;
  View out;
  const float* weights;
  const float* bias;  ///< may be null
  int shift;          ///< 0 or 1
  bool relu;
};

/// A Conv whose results (stride 1, relu, whatever `conv` says, and no `positive`), rows×columns of
/// them, meet in windows of 2×2 (cut at the border); `conv.out` gets each window's largest value.
/// winners[o][y][x] says where its first one stands that is the largest, by four words with a bit a
/// lane: right if in the upper row, right if in the lower row, in the lower row, above 0.
struct ConvPool {
  Conv conv;
  int rows, columns;
  std::uint16_t* winners;
};

/// out[o][2y + a][2x + b] = dy[o][y][x] in the lanes whose window's winner stands there and is
/// above 0, else 0.
struct Unpool {
  ConstView dy;
  View out;
  const std::uint16_t* winners;
};

/// Sums of a convolution's gradient at once: channels of dy, or else of x, and rows of taps.
struct WeightsTile {
  int outputs, inputs, rows;
};

/// weights[o][i][k][l] += sum over y, x and the lanes of dy[o][y][x] · in[i][y·stride +
/// k·dilation][x·stride + l·dilation]; one sum a lane, then the lanes.
struct ConvWeights {
  ConstView in, dy;
  float* weights;
  int kernel_height, kernel_width, stride;
  int dilation = 1;
};

/// dx[i][y·stride + k·dilation][x·stride + l·dilation] += w[o][i][k][l] · dy[o][y][x]: the gradient
/// for a stride above 1, as it comes. `dx.data` is the place of the first tap; taps outside dx's
/// height and width (counted from -before) are left out.
struct ConvScatter {
  ConstView dy;
  View dx;
  const float* weights;  ///< plain [o][i][k][l]
  int kernel_height, kernel_width, stride, dilation, before_y, before_x;
};

/// y[b][o] = bias[o] + sum over k of w[o·w_output + k·w_input] · x[b][k], for outputs
/// first_output … last_output - 1; x and y are blocks of vectors, `x_block` and `y_block` floats
/// apart.
struct Gemm {
  const float* w;
  std::size_t w_output, w_input;
  const float* x;
  std::size_t x_block;
  float* y;
  std::size_t y_block;
  const float* bias;  ///< may be null
  int first_output, last_output, inputs, blocks;
  bool relu;
};

/// w[o][i] = sum over samples s of dy[s / 16][o][s % 16] · x[s][i], for outputs first_output …
/// last_output - 1: in chunks of `chunk` blocks and their tree, see nn/batch_sum.h. x is plain
/// with rows of `x_row` floats, a multiple of 16, aligned.
struct GemmWeights {
  const float* dy;
  std::size_t dy_block;
  const float* x;
  std::size_t x_row;
  float* w;
  int first_output, last_output, inputs, blocks, chunk;
};

/// y[c][r][q] = the largest x[c][r·stride_y + a - before_y][q·stride_x + b - before_x], a below
/// height and b below width, of those that lie inside x; every window has one. A NaN counts as the
/// largest.
struct Pool {
  ConstView x, y;  ///< max_pool() does not look at y, only max_pool_backward() does
  int height, width, stride_y, stride_x, before_y, before_x;
};

/// The draws of 16 samples, see BlockRandom.
struct Draws {
  std::uint32_t key[2];
  std::uint32_t epoch, purpose;
  const std::uint32_t* samples;  ///< 16
};

/// Constants of an optimizer's step; what they are depends on the step.
struct StepConstants {
  float rate, a, b, epsilon;
  float gradient_rate = 0;
};

using Unary = void (*)(const ConstView& x, const View& y);
using Binary = void (*)(const ConstView& a, const ConstView& b, const View& y);

struct Table {
  // Convolution.
  int conv_group;  ///< output channels that conv_pack() puts side by side
  void (*conv)(const Conv&);
  void (*conv_up)(const ConvUp&);
  void (*conv_pool)(const ConvPool&);
  void (*unpool)(const Unpool&);
  void (*conv_weights)(const ConvWeights&);
  void (*conv_scatter)(const ConvScatter&);
  void (*channel_sums)(const ConstView& x, float* sums);  ///< sums[c] += all of channel c
  // Dense layers.
  void (*gemm)(const Gemm&);
  void (*gemm_weights)(const GemmWeights&);
  /// x [values][16] to rows [16][row] (row a multiple of 16; what is beyond `values` becomes zero).
  void (*transpose)(const float* x, int values, float* rows, std::size_t row);
  /// x[i][s] = rows[s][first + i], zero where rows[s] is null; there are 16 rows.
  void (*interleave)(const float* const* rows, std::size_t first, int values, float* x);
  // Pooling; results are overwritten.
  void (*max_pool)(const Pool&, const View& y);
  /// dx = sum of dy over the windows of which a value is the first, row by row, that equals y or is
  /// a NaN; dx is like x, dy like y.
  void (*max_pool_backward)(const Pool&, const ConstView& dy, const View& dx);
  /// The mean of each window's values, and dx = sum of the windows' dy divided by their numbers.
  void (*average_pool)(const Pool&, const View& y);
  void (*average_pool_backward)(const Pool&, const ConstView& dy, const View& dx);
  /// y[c][r][q] = x[c][r / rows][q / columns]; y is as many times as high and wide as x.
  void (*up_sample)(int rows, int columns, const ConstView& x, const View& y);
  /// dx[c][r][q] = sum of dy[c][r·rows + a][q·columns + b], row by row.
  void (*up_sample_backward)(int rows, int columns, const ConstView& dy, const View& dx);
  // Activations: y = f(x), and dx = dy · f'(x) from y, or from x; in the order of nn::Activation.
  Unary activate[10];
  Binary activate_backward[10];  ///< (y or x, dy, dx)
  /// y = x > 0 ? x : slope·x, and its way back from x or y.
  void (*leaky_relu)(const ConstView& x, float slope, const View& y);
  void (*leaky_relu_backward)(const ConstView& y, const ConstView& dy, float slope, const View& dx);
  // Normalisation, see nn/normalise.h.
  void (*channel_totals)(const ConstView& x, double* sums);
  void (*channel_squares)(const ConstView& x, const float* mean, double* sums);
  void (*channel_products)(const ConstView& x, const float* mean, const ConstView& dy,
                           double* sums);
  void (*normalise)(const ConstView& x, const float* mean, const float* factor, const float* shift,
                    const View& y);
  void (*normalise_backward)(const ConstView& x, const float* mean, const ConstView& dy,
                             const float* factor, const float* by_dy, const float* by_x,
                             const View& dx);
  /// Like normalise(), over the channels of each place instead of the places of each channel.
  void (*place_normalise)(const ConstView& x, const float* gamma, const float* beta, float epsilon,
                          const View& y);
  /// dx may be null; dgamma[c] and dbeta[c] are added to.
  void (*place_normalise_backward)(const ConstView& x, const float* gamma, float epsilon,
                                   const ConstView& dy, const View& dx, float* dgamma,
                                   float* dbeta);
  // Element by element.
  Unary exp;
  Binary add, multiply;
  void (*scale)(const ConstView& x, float factor, const View& y);
  /// y = mean + exp(log_sigma) · noise
  void (*sample_gaussian)(const ConstView& mean, const ConstView& log_sigma, const ConstView& noise,
                          const View& y);
  /// dlog_sigma = dy · exp(log_sigma) · noise
  void (*sample_gaussian_backward)(const ConstView& dy, const ConstView& log_sigma,
                                   const ConstView& noise, const View& dlog_sigma);
  // Losses. value: sums[lane] += the sum over the block's values.
  void (*cross_entropy)(const ConstView& y, const ConstView& target, double* sums);
  void (*cross_entropy_gradient)(const ConstView& y, const ConstView& target, float scale,
                                 const View& dy);
  void (*squared_error)(const ConstView& y, const ConstView& target, double* sums);
  /// dy = scale · (y - target)
  void (*difference)(const ConstView& y, const ConstView& target, float scale, const View& dy);
  // Random numbers: out holds count·16 floats, `first` is a multiple of 4.
  void (*uniform)(const Draws&, std::uint32_t first, int count, float* out);
  void (*normal)(const Draws&, std::uint32_t first, int count, float* out);
  /// y = x / (1 - rate) where the uniform draw of the value's place in C order is at least rate,
  /// else 0.
  void (*dropout)(const Draws&, float rate, const ConstView& x, const View& y);
  // Optimizers, on n floats.
  void (*sgd)(float* w, const float* g, std::size_t n, StepConstants c);
  void (*sgd_momentum)(float* w, const float* g, float* v, std::size_t n, StepConstants c);
  void (*sgd_nesterov)(float* w, const float* g, float* v, std::size_t n, StepConstants c);
  void (*rmsprop)(float* w, const float* g, float* a, std::size_t n, StepConstants c);
  void (*adadelta)(float* w, const float* g, float* a, float* d, std::size_t n, StepConstants c);
  void (*adam)(float* w, const float* g, float* m, float* v, std::size_t n, StepConstants c);
  void (*amsgrad)(float* w, const float* g, float* m, float* v, float* x, std::size_t n,
                  StepConstants c);
  void (*nadam)(float* w, const float* g, float* m, float* v, std::size_t n, StepConstants c);
  void (*adagrad)(float* w, const float* g, float* a, std::size_t n, StepConstants c);
  void (*lion)(float* w, const float* g, float* m, std::size_t n, StepConstants c);
  void (*rmsprop_momentum)(float* w, const float* g, float* a, float* m, std::size_t n,
                           StepConstants c);
  void (*rmsprop_centered)(float* w, const float* g, float* a, float* u, float* m, std::size_t n,
                           StepConstants c);
};

extern const Table kAvx2;
extern const Table kAvx512;
/// The table in use; see simd.h. Error where there is none.
const Table& table();

}  // namespace pipeline::nn::kernels
