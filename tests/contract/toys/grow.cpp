// What an author writes whose results can be extended.
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "note.h"
#include "pipeline/plugin.h"

namespace {

using namespace pipeline;

using toys::note;

/// The logistic map, x = rate · x · (1 - x) from x = 0.4 on: every value has all before it in its
/// bits. Stops early below a bound.
class Grow : public Stage {
 public:
  void declare(Declaration& d) override {
#ifdef TOYS_REBUILT
    d.summary("Steps of the logistic map, by other code.");
#else
    d.summary("Steps of the logistic map.");
#endif
    d.param("steps", steps_, "how many").extendable();
    d.param("rate", rate_, "of the map").range(0, 4);
    d.param("stop_below", bound_, "stops after a value below");
    d.param("every", every_, "steps from one checkpoint to the next").at_least(1);
    d.param("milliseconds", milliseconds_, "of each step").at_least(0).unit("ms");
    d.input("x", x_, "anything").optional();
    d.output("values", values_, "of each step");
  }
  void preflight(ComponentFactory&) override { values_.set_shape({kUnknown}); }
  void run(Context& context) override {
    note("grow");
    std::vector<double> values;
    bool stopped = false;
    if (const auto state = context.load_checkpoint()) {
      const auto found = state->arrays.at("values").view<double>();
      values.assign(found.begin(), found.end());
      stopped = state->attributes.at("stopped").as_bool();
      note("grow goes on from " + std::to_string(values.size()));
    }
    const auto save = [&] {
      context.save_checkpoint(
          Artifact{"growth", {{"stopped", stopped}}, {{"values", Array::of(values)}}});
    };
    while (std::int64_t(values.size()) < steps_ && !stopped) {
      context.check_cancelled();
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds_));
      const double x = values.empty() ? 0.4 : values.back();
      values.push_back(rate_ * x * (1 - x));
      stopped = values.back() < bound_;
      context.progress(std::int64_t(values.size()), steps_);
      if (std::int64_t(values.size()) % every_ == 0) save();
    }
    save();
    values_.set(Array::of(values));
  }

 private:
  std::int64_t steps_ = 1, every_ = 1, milliseconds_ = 0;
  double rate_ = 3.9, bound_ = 0;
  Input<Array> x_;
  Output<double> values_;
};

/// Says more than it may.
class GrowTwice : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Is extendable by two parameters.");
    d.param("steps", steps_, "how many").extendable();
    d.param("epochs", epochs_, "how often").extendable();
  }
  void preflight(ComponentFactory&) override {}
  void run(Context&) override {}

 private:
  int steps_ = 1, epochs_ = 1;
};

/// No stage, and so nothing that goes on.
class Sprout : public Component {
 public:
  static constexpr const char* kKind = "sprout";
  void declare(Declaration& d) override {
    d.summary("Is extendable, and no stage.");
    d.param("leaves", leaves_, "how many").extendable();
  }

 private:
  int leaves_ = 1;
};

class GrowSprout : public Stage {
 public:
  void declare(Declaration& d) override { d.summary("Has a sprout."); }
  void preflight(ComponentFactory& components) override { components.make<Sprout>("toy.sprout"); }
  void run(Context&) override {}
};

}  // namespace

PIPELINE_COMPONENT("toy.grow", Grow);
PIPELINE_COMPONENT("toy.grow_twice", GrowTwice);
PIPELINE_COMPONENT("toy.sprout", Sprout);
PIPELINE_COMPONENT("toy.grow_sprout", GrowSprout);
