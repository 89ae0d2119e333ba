#include "class_entropy.h"
#include "pipeline/plugin.h"

namespace losses {

/// See ClassEntropy, for targets that say the share of each class, such as one-hot vectors. With
/// `label_smoothing` s a share t becomes t·(1 - s) + s / classes (Szegedy et al., 2016).
class CategoricalCrossentropy : public ClassEntropy {
 public:
  void declare(Declaration& d) override {
    d.summary("Cross entropy of one-hot targets; Keras' categorical_crossentropy.");
    declare_logits(d);
    d.param("label_smoothing", smoothing_, "share of a target that is spread over all classes")
        .range(0, 1);
  }
  Shape target_shape(const Shape& y) const override {
    require_classes(y);
    return y;
  }
  nn::Domain targets(const Shape&) const override { return {0, 1, false, true}; }

 protected:
  void distribution(const nn::ConstBlock& target, int r, int q, int lane,
                    std::vector<double>& classes) const override {
    for (std::size_t c = 0; c < classes.size(); ++c)
      classes[c] = double(target.at(int(c), r, q, lane)) * (1 - smoothing_) +
                   smoothing_ / double(classes.size());
  }

 private:
  double smoothing_ = 0;
};

}  // namespace losses

PIPELINE_COMPONENT("categorical_crossentropy", losses::CategoricalCrossentropy);
