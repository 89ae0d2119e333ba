#include "pipeline/nn/schedule.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// The same rate at every step.
class Constant : public nn::Schedule {
 public:
  void declare(Declaration& d) override {
    d.summary("The same learning rate at every step");
    d.param("learning_rate", rate_, "the rate").required().above(0).as_float();
  }
  double at(std::int64_t) const override { return rate_; }

 private:
  double rate_ = 0;
};

}  // namespace

PIPELINE_COMPONENT("constant", Constant);
