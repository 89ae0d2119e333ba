// Stages that keep what they sum up in their members, as one may in an object that is used once, or
// leave it behind when they fail.
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

/// Leaves a table, and fails or not.
class Leaving : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Leaves how it went.");
    d.param("fails", fails_, "whether it fails then");
    d.output("y", y_, "a number");
  }
  void preflight(ComponentFactory&) override {}
  void run(Context& context) override {
    Table course;
    course.add("step", Array::of<std::int64_t>({1, 2}));
    context.leave_if_failed("course", std::move(course));
    if (fails_) throw Error("it went wrong");
    y_.set_scalar(1);
  }

 private:
  bool fails_ = false;
  Output<double> y_;
};

}  // namespace

PIPELINE_COMPONENT("toy.leaving", Leaving);
PIPELINE_COMPONENT("toy.tally", Tally);
