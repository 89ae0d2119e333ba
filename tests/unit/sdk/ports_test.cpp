// What a stage may get wrong with its ports: each is an Error that names the port.
#include <catch2/catch.hpp>

#include "pipeline/testing.h"

using namespace pipeline;
using Catch::Matchers::Contains;

namespace {

/// A stage whose preflight and run are the test's.
class Scripted : public Stage {
 public:
  using Script = std::function<void(Scripted&)>;
  inline static Script in_preflight, in_run;

  void declare(Declaration& d) override {
    d.summary("Does what a test says.");
    d.input("x", x, "numbers").optional();
    d.input("any", any, "numbers of any type").optional();
    d.input("text", text, "words").optional();
    d.input("parts", parts, "several arrays").optional().rank(1);
    d.output("y", y, "numbers").rank(0, 2);
    d.output("matrix", matrix, "a matrix, where it is promised").rank(2);
    d.output("words", words, "words");
  }
  void preflight(ComponentFactory&) override {
    matrix.set_absent();
    words.set_absent();
    if (in_preflight) in_preflight(*this);
  }
  void run(Context&) override {
    if (in_run) in_run(*this);
    else y.set_scalar(1);
  }

  Input<float> x;
  Input<Array> any;
  Input<Text> text, undeclared;
  InputList<float> parts;
  Output<float> y, matrix;
  Output<Text> words;
};

}  // namespace

PIPELINE_COMPONENT("scripted", Scripted);

namespace {

std::map<std::string, Artifact> run(Scripted::Script preflight, Scripted::Script run,
                                    bool connect = false) {
  Scripted::in_preflight = std::move(preflight);
  Scripted::in_run = std::move(run);
  testing::Components components;
  testing::StageRun stage(components, "scripted");
  if (connect) {
    stage.input("x", Array::of<float>({1, 2, 3}));
    stage.input("any", Array::of<float>({1, 2, 3}));
    stage.input("text", Artifact{"text", {}, {{"text", Array::text("words")}}});
  }
  return stage.run();
}

std::string problem(Scripted::Script preflight, Scripted::Script run_script, bool connect = false) {
  try {
    run(std::move(preflight), std::move(run_script), connect);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string preflight_problem(Scripted::Script script) {
  return problem(std::move(script), [](Scripted&) { FAIL("the stage was run"); });
}

}  // namespace

TEST_CASE("An input that is not connected has neither value nor shape") {
  const std::string unread = " is read, but is not connected; ask connected() first";
  CHECK(problem({}, [](Scripted& s) { s.x.view(); }) == "input 'x'" + unread);
  CHECK(problem({}, [](Scripted& s) { s.any.get(); }) == "input 'any'" + unread);
  CHECK(problem({}, [](Scripted& s) { s.any->size(); }) == "input 'any'" + unread);
  CHECK(problem({}, [](Scripted& s) { s.text.get(); }) == "input 'text'" + unread);
  CHECK(problem({}, [](Scripted& s) { s.words.set({s.text->text}); }) == "input 'text'" + unread);
  CHECK(problem({}, [](Scripted& s) { (void)(*s.text).text; }) == "input 'text'" + unread);
  CHECK(problem({}, [](Scripted& s) { s.undeclared.get(); }) ==
        "an input that declare() does not name" + unread);
  const std::string no_shape = " is not connected, and so has no shape; ask connected() first";
  CHECK(preflight_problem([](Scripted& s) { s.x.shape(); }) == "input 'x'" + no_shape);
  CHECK(preflight_problem([](Scripted& s) { s.any.element_type(); }) == "input 'any'" + no_shape);
  CHECK(preflight_problem([](Scripted& s) { s.text.spec(); }) == "input 'text'" + no_shape);
  CHECK(preflight_problem([](Scripted& s) { s.y.shape_like(s.x); }) == "input 'x'" + no_shape);
}

TEST_CASE("An input that takes a list has its artifacts in order, with the foreach's values") {
  Scripted::in_preflight = [](Scripted& s) {
    REQUIRE(s.parts.size() == 2);
    CHECK(s.parts[1].shape() == Shape{3});
    CHECK(s.parts[1].info().name == "parts.1");
    CHECK(s.parts.foreach (0) == ForeachValues{{"seed", 7}, {"latent", 2}});
    CHECK(s.parts.foreach (1).empty());
  };
  Scripted::in_run = [](Scripted& s) {
    s.y.set_scalar(s.parts[0].view()[0] + 10 * s.parts[1].view()[2]);
  };
  testing::Components components;
  testing::StageRun stage(components, "scripted");
  stage.item("parts", Array::of<float>({1}), {{"seed", 7}, {"latent", 2}});
  stage.item("parts", Array::of<float>({2, 3, 4}));
  CHECK(testing::output(stage, "y").view<float>()[0] == 41);
  CHECK(testing::message_of([&] { stage.item("parts", Array::of<double>({1})); }) ==
        "input 'parts.2' takes f32 array of rank 1, got f64 array of 1");
  CHECK(testing::message_of([&] { stage.item("x", Array::of<float>({1})); }) ==
        "input 'x' takes no list");
}

TEST_CASE("A list has neither shape nor value, its items have") {
  CHECK(preflight_problem([](Scripted& s) { s.parts.shape(); }) ==
        "input 'parts' is not connected, and so has no shape; ask connected() first");
  Scripted::in_preflight = [](Scripted& s) { s.y.shape_like(s.parts); };
  testing::Components components;
  testing::StageRun stage(components, "scripted");
  stage.item("parts", Array::of<float>({1}));
  CHECK(testing::message_of([&] { stage.preflight(); }) ==
        "input 'parts' takes a list; ask one of its items for its shape");
  CHECK(Scripted().parts.expectation() == "a list, each f32 array");
  CHECK(Scripted().parts.takes_list());
}

TEST_CASE("Preflight knows an input's spec, and not its value") {
  const std::string early =
      " has no value yet: in preflight() its spec alone is known, its value in run()";
  CHECK(problem([](Scripted& s) { s.x.view(); }, {}, true) == "input 'x'" + early);
  CHECK(problem([](Scripted& s) { s.text.get(); }, {}, true) == "input 'text'" + early);
  CHECK(problem([](Scripted& s) { CHECK(s.x.shape() == Shape{3}); }, {}, true) == "");
}

TEST_CASE("An input is read as the type that it has") {
  CHECK(problem(
            {}, [](Scripted& s) { s.any.view<double>(); }, true) ==
        "input 'any' is read as f64 and holds f32");
  CHECK(problem(
            {}, [](Scripted& s) { s.y.set_scalar(s.any.view<float>()[2]); }, true) == "");
}

TEST_CASE("An artifact of the right type's name and another form is told by its port") {
  testing::Components components;
  testing::StageRun stage(components, "scripted");
  stage.input("text", Artifact{"text", {}, {{"other", Array::text("words")}}});
  CHECK_THROWS_WITH(stage.run(),
                    "input 'text' got a text that cannot be read as one: it holds no array 'text'");
}

TEST_CASE("Only what preflight gave a shape and sizes is allocated") {
  CHECK(problem({}, [](Scripted& s) { s.y.allocate(); }) ==
        "output 'y' cannot be allocated: preflight set no shape; call set_shape() or shape_like() "
        "there");
  CHECK(problem(
            [](Scripted& s) {
              s.y.set_shape({2, kUnknown});
            },
            [](Scripted& s) { s.y.allocate(); }) ==
        "output 'y' cannot be allocated: preflight left sizes of the f32 array of 2×? open; call "
        "allocate(shape)");
  CHECK(problem(
            [](Scripted& s) {
              s.y.set_shape({2, kUnknown});
            },
            [](Scripted& s) {
              s.y.allocate({2, 3})[5] = 1;
            }) == "");
  CHECK(problem([](Scripted& s) { s.y.set_shape({3}); }, [](Scripted& s) { s.y.allocate({4}); }) ==
        "output 'y' was promised as f32 array of 3 and set as f32 array of 4");
}

TEST_CASE("An output is a scalar unless preflight says otherwise") {
  CHECK(problem({}, [](Scripted& s) { s.y.set_scalar(2); }) == "");
  CHECK(problem([](Scripted& s) { s.y.set_shape({}); },
                [](Scripted& s) { s.y.allocate()[0] = 2; }) == "");
  CHECK(problem({},
                [](Scripted& s) {
                  s.y.set(Array::of<float>({1, 2}));
                }) ==
        "output 'y' was promised as f32 scalar (preflight set no shape) and set as f32 array of 2");
  CHECK(problem([](Scripted& s) { s.y.set_shape({3}); }, [](Scripted& s) { s.y.set_scalar(2); }) ==
        "output 'y' was promised as f32 array of 3 and set as f32 scalar");
  CHECK(problem({}, [](Scripted& s) { s.y.set(Array::scalar(2.0)); }) ==
        "output 'y' was promised as f32 scalar (preflight set no shape) and set as f64 scalar");
}

TEST_CASE("What preflight promises can be kept, is as declared, and holds") {
  CHECK(preflight_problem([](Scripted& s) { s.matrix.set_absent(false); }) ==
        "output 'matrix' is declared as f32 array of rank 2, and preflight set no shape");
  CHECK(preflight_problem([](Scripted& s) {
          s.y.set_shape({1, 2, 3});
        }) ==
        "output 'y' is declared as f32 array of rank 0 to 2, and preflight promised f32 array of "
        "1×2×3");
  CHECK_THAT(preflight_problem([](Scripted& s) { s.y.set_shape({-3}); }),
             Contains("output 'y' is promised a shape that cannot be"));
  CHECK_THAT(preflight_problem([](Scripted& s) {
               s.y.set_shape({INT64_MAX, 2});
             }),
             Contains("output 'y' is promised a shape that cannot be"));
  // Once it runs, another promise comes too late: consumers have seen the first.
  CHECK(problem([](Scripted& s) { s.y.set_shape({3}); },
                [](Scripted& s) {
                  s.y.set_shape({4});
                  s.y.allocate();
                }) == "output 'y' was promised as f32 array of 3 and set as f32 array of 4");
}

TEST_CASE("An output is set once, in run, unless it is absent") {
  CHECK(preflight_problem([](Scripted& s) { s.y.set_scalar(1); }) ==
        "output 'y' is set in preflight(); values are set in run()");
  CHECK(problem([](Scripted& s) { s.y.set_shape({3}); },
                [](Scripted& s) {
                  s.y.allocate();
                  s.y.allocate();
                }) == "output 'y' is set a second time; a stage sets each output once");
  CHECK(problem([](Scripted& s) { s.words.set_absent(false); },
                [](Scripted& s) {
                  s.words.set({"a"});
                  s.words.set({"b"});
                }) == "output 'words' is set a second time; a stage sets each output once");
  CHECK(problem({}, [](Scripted& s) { s.words.set({"a"}); }) ==
        "output 'words' is set, but preflight said that it is absent");
  CHECK(problem({}, [](Scripted&) {}) == "the stage did not set its output 'y'");
}

TEST_CASE("Every run of a stage by hand has a new one, as in a pipeline") {
  Scripted::in_preflight = {};
  Scripted::in_run = {};
  testing::Components components;
  testing::StageRun stage(components, "scripted");
  stage.input("x", Array::of<float>({1, 2, 3}));
  CHECK(stage.run().size() == 1);
  CHECK(stage.run().size() == 1);
}
