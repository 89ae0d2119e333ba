// Small stages with which the tests of the framework see what it does: what runs, how often, and
// what a stage may get wrong. TOY_LOG names a file to which each run() adds its component's id.
#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "note.h"
#include "pipeline/plugin.h"

namespace {

using namespace pipeline;

using toys::note;

/// `count` numbers: first, first + 1, …
class Numbers : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Counts from a number on.");
    d.param("count", count_, "how many").at_least(1).at_most(1000000);
    d.param("first", first_, "the first of them");
    d.output("x", x_, "the numbers");
  }
  void preflight(ComponentFactory&) override { x_.set_shape({count_}); }
  void run(Context&) override {
    note("numbers");
    float next = float(first_);
    for (float& x : x_.allocate()) x = next++;
  }

 private:
  std::int64_t count_ = 4;
  double first_ = 0;
  Output<float> x_;
};

/// y = round(x / step) * step: hides small changes from what stands below.
class Round : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Rounds to multiples of a step.");
    d.param("step", step_, "multiples of it stay").above(0);
    d.input("x", x_, "numbers");
    d.output("y", y_, "rounded numbers");
  }
  void preflight(ComponentFactory&) override { y_.shape_like(x_); }
  void run(Context&) override {
    note("round");
    auto y = y_.allocate();
    for (std::size_t i = 0; i < y.size(); ++i)
      y[i] = float(double(std::int64_t(x_.view()[i] / step_ + 0.5)) * step_);
  }

 private:
  double step_ = 1;
  Input<float> x_;
  Output<float> y_;
};

/// Several arrays of numbers one after another, and the foreach's values that they come with.
class Together : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Puts several together.");
    d.input("parts", parts_, "numbers").rank(0, 1);
    d.output("x", x_, "all of them");
    d.output("names", names_, "a line each");
  }
  void preflight(ComponentFactory&) override {
    std::int64_t count = 0;
    for (std::size_t i = 0; i < parts_.size(); ++i) count += elements(parts_[i].shape());
    x_.set_shape({count});
  }
  void run(Context&) override {
    note("together");
    auto to = x_.allocate().begin();
    std::string lines;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      to = std::copy(parts_[i].view().begin(), parts_[i].view().end(), to);
      for (const auto& [name, value] : parts_.foreach (i))
        lines += name + "=" + value.to_json() + " ";
      lines += "\n";
    }
    names_.set({lines});
  }

 private:
  InputList<float> parts_;
  Output<float> x_;
  Output<Text> names_;
};

/// The sum of one or two arrays, a scalar and a line of text.
class Sum : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Adds up.");
    d.input("x", x_, "numbers").rank(1);
    d.input("more", more_, "further numbers").rank(1).optional();
    d.output("total", total_, "their sum");
    d.output("report", report_, "the sum in words");
  }
  void preflight(ComponentFactory&) override {
    if (more_.connected() && more_.shape() != x_.shape())
      throw Error("x has " + to_string(x_.shape()) + " numbers and more " +
                  to_string(more_.shape()) + "; they must be equal");
  }
  void run(Context&) override {
    note("sum");
    double total = 0;
    for (const float x : x_.view()) total += x;
    if (more_.connected())
      for (const float x : more_.view()) total += x;
    total_.set_scalar(total);
    report_.set({"the sum is " + std::to_string(total) + "\n"});
  }

 private:
  Input<float> x_, more_;
  Output<double> total_;
  Output<Text> report_;
};

/// A number and a quarter of the first number of up to three arrays: next to no work.
class Quarter : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Adds a quarter of first numbers.");
    d.param("add", add_, "what they are added to");
    d.input("a", inputs_[0], "numbers");
    d.input("b", inputs_[1], "numbers").optional();
    d.input("c", inputs_[2], "numbers").optional();
    d.output("y", y_, "the sum");
  }
  void preflight(ComponentFactory&) override { y_.set_shape({1}); }
  void run(Context&) override {
    float& sum = y_.allocate()[0];
    sum = float(add_);
    for (const auto& input : inputs_)
      if (input.connected()) sum += input.view()[0] / 4;
  }

 private:
  double add_ = 0;
  Input<float> inputs_[3];
  Output<float> y_;
};

/// The bytes of a file.
class Read : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Reads a file.");
    d.param("path", path_, "the file").required();
    d.output("bytes", bytes_, "its bytes");
  }
  void preflight(ComponentFactory&) override { bytes_.set_shape({kUnknown}); }
  void run(Context&) override {
    note("read");
    std::ifstream in(path_.file, std::ios::binary);
    const std::vector<std::uint8_t> bytes{std::istreambuf_iterator<char>(in), {}};
    bytes_.set(Array::of(bytes));
  }

 private:
  Path path_;
  Output<std::uint8_t> bytes_;
};

/// Takes its time: `steps` steps of some milliseconds, with a checkpoint after each.
class Slow : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Takes its time, and goes on where it was stopped.");
    d.param("steps", steps_, "how many").at_least(1);
    d.param("milliseconds", milliseconds_, "of each step").at_least(0).unit("ms");
    d.input("x", x_, "anything").optional();
    d.output("steps", done_, "the number of steps");
  }
  void preflight(ComponentFactory&) override {}
  void run(Context& context) override {
    note("slow");
    std::int64_t done = 0;
    if (auto state = context.load_checkpoint()) done = state->attributes.at("done").as_int();
    if (done > 0) note("slow goes on");
    while (done < steps_) {
      context.check_cancelled();
      std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds_));
      context.progress(++done, steps_);
      context.save_checkpoint(Artifact{"state", {{"done", done}}, {}});
    }
    done_.set_scalar(done);
  }

 private:
  std::int64_t steps_ = 1, milliseconds_ = 10;
  Input<Array> x_;
  Output<std::int64_t> done_;
};

/// Has no outputs.
class Sink : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Takes anything and gives nothing.");
    d.input("x", x_, "anything").optional();
  }
  void preflight(ComponentFactory&) override {}
  void run(Context&) override { note("sink"); }

 private:
  Input<Array> x_;
};

/// Goes wrong in a way of one's choice.
class Wrong : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Goes wrong.");
    d.param("how", how_, "in which way")
        .choices({"error", "preflight", "unset", "shape", "number", "late_component", "loud",
                  "forgot_shape", "not_connected", "set_early"});
    d.input("x", x_, "anything").optional();
    d.output("y", y_, "what it does not give");
  }
  void preflight(ComponentFactory&) override {
    if (how_ == "preflight") throw Error("the shapes do not fit");
    if (how_ == "set_early") y_.set_scalar(1);
    if (how_ != "forgot_shape") y_.set_shape({2});
  }
  void run(Context& context) override {
    note("wrong");
    context.log("about to go wrong");
    if (how_ == "error") throw Error("it went wrong");
    if (how_ == "loud") {
      context.log("\033[31mred\nn: ran in 0.1 s");
      throw Error("\033[2Jnothing is left\nerror: stage 'n': forged");
    }
    if (how_ == "number") throw 42;
    if (how_ == "forgot_shape") y_.allocate()[1] = 1;
    if (how_ == "not_connected") y_.allocate()[0] = x_.view<float>()[0];
    if (how_ == "shape") y_.set(Array::of<float>({1, 2, 3}));
    if (how_ == "late_component") context.components().make<Stage>("data.one_hot");
  }

 private:
  std::string how_ = "error";
  Input<Array> x_;
  Output<float> y_;
};

}  // namespace

PIPELINE_COMPONENT("toy.numbers", Numbers);
PIPELINE_COMPONENT("toy.round", Round);
PIPELINE_COMPONENT("toy.together", Together);
PIPELINE_COMPONENT("toy.sum", Sum);
PIPELINE_COMPONENT("toy.quarter", Quarter);
PIPELINE_COMPONENT("toy.read", Read);
PIPELINE_COMPONENT("toy.slow", Slow);
PIPELINE_COMPONENT("toy.sink", Sink);
PIPELINE_COMPONENT("toy.wrong", Wrong);
PIPELINE_PLUGIN("toys", "1.0");
