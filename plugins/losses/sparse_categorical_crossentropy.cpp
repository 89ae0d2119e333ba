#include <algorithm>

#include "class_entropy.h"
#include "pipeline/plugin.h"

namespace losses {

/// See ClassEntropy, for targets that are class labels, counted from 0: one a sample, or of images
/// one a place.
class SparseCategoricalCrossentropy : public ClassEntropy {
 public:
  void declare(Declaration& d) override {
    d.summary("Cross entropy of class labels; Keras' sparse_categorical_crossentropy.");
    declare_logits(d);
  }
  Shape target_shape(const Shape& y) const override {
    require_classes(y);
    return Shape(y.begin() + 1, y.end());
  }
  nn::Domain targets(const Shape& y) const override { return {0, double(y[0] - 1), true}; }

 protected:
  void distribution(const nn::ConstBlock& target, int r, int q, int lane,
                    std::vector<double>& classes) const override {
    std::fill(classes.begin(), classes.end(), 0.0);
    const double label = double(target.at(0, r, q, lane));
    if (label >= 0 && label < double(classes.size())) classes[std::size_t(label)] = 1;
  }
};

}  // namespace losses

PIPELINE_COMPONENT("sparse_categorical_crossentropy", losses::SparseCategoricalCrossentropy);
