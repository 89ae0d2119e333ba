#include "join.h"
#include "pipeline/plugin.h"

namespace pipeline::data {

/// Arrays one after the other along an axis that they have (numpy.concatenate).
class Concatenate : public Join {
 public:
  void declare(Declaration& d) override {
    d.summary("Arrays one after the other along an axis that they have (numpy.concatenate).");
    Join::declare(d);
  }

 protected:
  Shape part(const Shape& shape) const override { return shape; }
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.concatenate", pipeline::data::Concatenate);
