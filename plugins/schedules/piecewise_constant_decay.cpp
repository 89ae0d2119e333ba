#include <vector>

#include "pipeline/nn/schedule.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Keras' PiecewiseConstantDecay: values[0] up to and including step boundaries[0], values[1] up to
/// and including boundaries[1], …; the last value behind the last boundary.
class PiecewiseConstantDecay : public nn::Schedule {
 public:
  void declare(Declaration& d) override {
    d.summary("Learning rates that hold up to boundaries");
    d.param("boundaries", boundaries_, "the last step of each rate but the last, rising")
        .required()
        .items(1)
        .at_least(0);
    d.param("values", values_, "the rates, one more than boundaries")
        .required()
        .items(2)
        .above(0)
        .as_float();
  }
  double at(std::int64_t step) const override {
    std::size_t i = 0;
    while (i < boundaries_.size() && step > boundaries_[i]) ++i;
    return values_[i];
  }
  void check() const override {
    if (values_.size() != boundaries_.size() + 1)
      throw Error(
          "piecewise_constant_decay: parameter 'values' must have one item more than "
          "'boundaries' (" +
          std::to_string(boundaries_.size()) + "), got " + std::to_string(values_.size()));
    for (std::size_t i = 1; i < boundaries_.size(); ++i)
      if (boundaries_[i] <= boundaries_[i - 1])
        throw Error("piecewise_constant_decay: parameter 'boundaries' must rise, got " +
                    std::to_string(boundaries_[i]) + " behind " +
                    std::to_string(boundaries_[i - 1]));
  }

 private:
  std::vector<std::int64_t> boundaries_;
  std::vector<double> values_;
};

}  // namespace

PIPELINE_COMPONENT("piecewise_constant_decay", PiecewiseConstantDecay);
