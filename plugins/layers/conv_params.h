#pragma once
#include <string>

#include "ending.h"
#include "pair.h"
#include "pipeline/nn/weight_params.h"

namespace pipeline::layers {

/// The parameters that a convolution and its way back have in common, and their weights.
struct ConvParams {
  std::int64_t filters = 1;
  Pair kernel_size;
  int stride = 1;
  std::string padding = "valid";
  Ending ending;
  bool use_bias = true;
  nn::WeightParams kernel_params, bias_params{.initializer = {"zeros", {}}};

  void declare(Declaration& d, const char* stride_help, const char* padding_help) {
    d.param("filters", filters, "channels that come out").at_least(1).at_most(65536).required();
    d.param("kernel", kernel_size, "rows and columns of the kernel: 3 or [3, 5]").required();
    d.param("stride", stride, stride_help).range(1, 1024);
    d.param("padding", padding, padding_help).choices({"valid", "same"});
    ending.declare(d);
    d.param("use_bias", use_bias, "adds a bias to each filter");
    kernel_params.declare(d, "kernel");
    bias_params.declare(d, "bias");
  }

  /// A kernel {first, second, rows, columns} that each output has `in` of its channels from and
  /// each input goes to `out` of, and the bias.
  void add_weights(std::int64_t first, std::int64_t second, std::int64_t in, std::int64_t out,
                   nn::Builder& builder, nn::Weight& kernel, nn::Weight& bias) const {
    const double area = double(kernel_size.rows) * kernel_size.columns;
    builder.weight("kernel", kernel, {first, second, kernel_size.rows, kernel_size.columns},
                   kernel_params.initializer.of(area * double(in), area * double(out)),
                   kernel_params.rules);
    if (use_bias)
      builder.weight("bias", bias, {filters},
                     bias_params.initializer.of(double(filters), double(filters)),
                     bias_params.rules);
  }
};

}  // namespace pipeline::layers
