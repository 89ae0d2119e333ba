#pragma once
#include <optional>
#include <string>

#include "one_input.h"
#include "pair.h"
#include "pipeline/nn/pool.h"

namespace pipeline::layers {

using namespace nn;

/// Which windows of an image a pooling looks at.
struct Windows {
  Pair size{2, 2};
  std::optional<Pair> stride;
  std::string padding = "valid";

  void declare(Declaration& d) {
    d.param("size", size, "rows and columns of the window: 2 or [2, 3]");
    d.param("stride", stride, "step of the window; the window's size if not given");
    d.param("padding", padding, "valid: only whole windows; same: also windows over the border")
        .choices({"valid", "same"});
  }

  /// The sizes for images of shape `x`, and the shape of what comes out.
  std::pair<PoolSizes, Shape> of(const Shape& x) const {
    const int height = int(x[1]), width = int(x[2]);
    const Pair step = stride.value_or(size);
    PoolSizes sizes{size.rows, size.columns, step.rows, step.columns, {}, {}};
    if (padding == "same") {
      sizes.rows = Padding::same(height, size.rows, step.rows);
      sizes.columns = Padding::same(width, size.columns, step.columns);
    }
    const int out_height = sizes.rows.windows(height, size.rows, step.rows);
    const int out_width = sizes.columns.windows(width, size.columns, step.columns);
    if (out_height < 1 || out_width < 1)
      throw Error("a window of " + std::to_string(size.rows) + "×" + std::to_string(size.columns) +
                  " does not fit into an image of " + std::to_string(height) + "×" +
                  std::to_string(width) + "; use padding: same, or a smaller size");
    return {sizes, {x[0], out_height, out_width}};
  }
};

}  // namespace pipeline::layers
