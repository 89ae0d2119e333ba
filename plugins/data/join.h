#pragma once
#include <vector>

#include "pipeline/stage.h"

namespace pipeline::data {

/// What data.concatenate and data.stack have in common: arrays of one type become one.
class Join : public Stage {
 public:
  void declare(Declaration& d) override;
  void preflight(ComponentFactory&) override;
  void run(Context& context) override;

 protected:
  /// An input's shape as it takes part, and the axis along which the parts are put together.
  virtual Shape part(const Shape& shape) const = 0;
  /// `rank` is that of part().
  std::size_t axis(std::size_t rank) const;

  std::int64_t axis_ = 0;

 private:
  /// Error where the parts do not fit; else the shape of the whole.
  Shape joined(const std::vector<Shape>& shapes) const;

  InputList<Array> parts_;
  Output<Array> y_;
};

}  // namespace pipeline::data
