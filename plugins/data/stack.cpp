#include "join.h"
#include "pipeline/plugin.h"

namespace pipeline::data {

/// Arrays of one shape along a new axis (numpy.stack).
class Stack : public Join {
 public:
  void declare(Declaration& d) override {
    d.summary("Arrays of one shape along a new axis (numpy.stack).");
    Join::declare(d);
  }

 protected:
  Shape part(const Shape& shape) const override {
    Shape with_axis = shape;
    with_axis.insert(with_axis.begin() + std::int64_t(axis(shape.size() + 1)), 1);
    return with_axis;
  }
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.stack", pipeline::data::Stack);
