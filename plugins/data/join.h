#pragma once
#include <array>
#include <vector>

#include "pipeline/stage.h"

namespace pipeline::data {

/// What data.concatenate and data.stack have in common: up to eight arrays of one type become one.
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
  static constexpr std::size_t kInputs = 8;
  std::vector<const Input<Array>*> connected() const;
  /// Error where the parts do not fit; else the shape of the whole.
  Shape joined(const std::vector<Shape>& shapes) const;

  std::array<Input<Array>, kInputs> inputs_;
  Output<Array> y_;
};

}  // namespace pipeline::data
