// A stage that keeps what it sums up in its members, as one may in an object that is used once.
#include "pipeline/plugin.h"

namespace {

using namespace pipeline;

class Tally : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Counts and adds up, in its members.");
    d.input("x", x_, "numbers");
    d.output("count", count_out_, "how many");
    d.output("total", total_out_, "their sum");
  }
  void preflight(ComponentFactory&) override {}
  void run(Context&) override {
    for (const float x : x_.view()) total_ += x, ++count_;
    count_out_.set_scalar(count_);
    total_out_.set_scalar(total_);
  }

 private:
  std::int64_t count_ = 0;
  double total_ = 0;
  Input<float> x_;
  Output<std::int64_t> count_out_;
  Output<double> total_out_;
};

}  // namespace

PIPELINE_COMPONENT("toy.tally", Tally);
