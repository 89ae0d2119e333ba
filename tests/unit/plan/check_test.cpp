#include <catch2/catch.hpp>

#include "plan/key.h"
#include "plan/plan.h"
#include "unit/plan/checked.h"

using namespace pipeline;
using namespace pipeline::plan;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;

namespace {

std::string problems(const std::string& stages) {
  const TempFolder folder;
  try {
    checked(folder, stages);
  } catch (const config::Errors& errors) {
    std::string text;
    for (const config::Diagnostic& d : errors.diagnostics())
      text += std::to_string(d.position.line) + ":" + std::to_string(d.position.column) + ": " +
              d.message + "\n";
    return text;
  }
  return "";
}

cache::Digest key(const CheckedPipeline& pipeline, const std::string& stage, cache::Store& store) {
  return key_of(key_parts(pipeline.stages[pipeline.index_of(stage)], {}, store).value);
}

}  // namespace

TEST_CASE("A sound pipeline is wired, ordered and preflighted") {
  const TempFolder folder;
  const CheckedPipeline pipeline = checked(folder,
                                           "  s: {use: toy.sum, in: {x: r}}\n"
                                           "  r: {use: toy.round, in: {x: n.x}}\n"
                                           "  n: {use: toy.numbers, with: {count: 7}}\n");
  REQUIRE(pipeline.stages.size() == 3);
  CHECK(pipeline.stages[0].name() == "n");
  CHECK(pipeline.stages[2].name() == "s");
  CHECK(pipeline.stages[1].declaration.outputs()[0]->shape() == Shape{7});
  CHECK(pipeline.stages[0].consumers == std::vector<std::size_t>{1});
}

TEST_CASE("Wrong wiring is told where it stands, all at once") {
  CHECK(problems("  n: {use: toy.numbres}\n") ==
        "2:12: stage 'n': there is no component 'toy.numbres'; did you mean 'toy.numbers'?\n");
  CHECK(problems("  s: {use: toy.sum}\n") ==
        "2:12: stage 's': toy.sum needs the input 'x': numbers\n");
  CHECK(problems("  s: {use: toy.sum, in: {x: m}}\n") ==
        "2:29: stage 's': input 'x': there is no stage 'm'; known: s\n");
  CHECK(problems("  n: {use: toy.numbers}\n  s: {use: toy.sum, in: {x: n.y}}\n") ==
        "3:29: stage 's': input 'x': stage 'n' (toy.numbers) has no output 'y'; known: x\n");
  CHECK(problems("  n: {use: toy.numbers}\n  s: {use: toy.sum, in: {x: n, z: n}}\n") ==
        "3:32: stage 's': toy.sum has no input 'z'; known: x, more\n");
  CHECK(problems("  n: {use: toy.numbers}\n  s: {use: toy.sum, in: {x: n}}\n  t: {use: toy.sum, "
                 "in: {x: s}}\n") ==
        "4:29: stage 't': input 'x': stage 's' has several outputs; write one of s.total, "
        "s.report\n");
  CHECK(problems("  n: {use: toy.sink}\n  s: {use: toy.sum, in: {x: n, more: n.y}}\n") ==
        "3:29: stage 's': input 'x': stage 'n' (toy.sink) has no outputs\n"
        "3:38: stage 's': input 'more': stage 'n' (toy.sink) has no outputs\n");
  CHECK(problems("  n: {use: toy.numbers, with: {count: 0, frist: 1}}\n  m: {use: toy.round, with: "
                 "{step: 0}}\n") ==
        "2:39: stage 'n': parameter 'count' must be at least 1 and at most 1000000, got 0\n"
        "2:42: stage 'n': toy.numbers has no parameter 'frist'; did you mean 'first'?\n"
        "3:12: stage 'm': toy.round needs the input 'x': numbers\n"
        "3:36: stage 'm': parameter 'step' must be above 0, got 0\n");
}

TEST_CASE("Types and shapes are checked through the graph before anything runs") {
  CHECK(problems("  n: {use: toy.numbers}\n  s: {use: toy.sum, in: {x: n}}\n  r: {use: toy.round, "
                 "in: {x: s.total}}\n") ==
        "4:31: stage 'r': input 'x' takes f32 array, got f64 scalar\n");
  CHECK(problems("  n: {use: toy.numbers}\n  m: {use: toy.numbers, with: {count: 5}}\n  s: {use: "
                 "toy.sum, in: {x: n, more: m}}\n") ==
        "4:12: stage 's': toy.sum: x has 4 numbers and more 5; they must be equal\n");
}

TEST_CASE("An input that takes a list is wired item by item") {
  const std::string three =
      "  n: {use: toy.numbers, foreach: {count: [1, 2, 3]}, with: {count: \"${count}\"}}\n";
  const TempFolder folder;
  const CheckedPipeline pipeline =
      checked(folder, three + "  t: {use: toy.together, in: {parts: [n@*.x, n@count=2]}}\n");
  const CheckedStage& together = pipeline.stages[pipeline.index_of("t")];
  REQUIRE(together.inputs.size() == 4);
  CHECK(together.declaration.outputs()[0]->shape() == Shape{8});
  CHECK(pipeline.stages[together.inputs[3].producer].name() == "n@count=2");
  CHECK(together.inputs[3].port->info().name == "parts.3");
  CHECK(made_anew(together).declaration.outputs()[0]->shape() == Shape{8});

  CHECK(problems(three + "  t: {use: toy.together, in: {parts: n@count=1.x}}\n") ==
        "3:38: stage 't': input 'parts' takes a list, got 'n@count=1.x' alone; write it as "
        "[n@count=1.x], or all stages of a foreach as stage@*.port\n");
  CHECK(problems(three + "  t: {use: toy.together, in: {parts: []}}\n") ==
        "3:38: stage 't': input 'parts' takes a list of at least one, got an empty one\n");
  CHECK(problems(three + "  t: {use: toy.round, in: {x: n@*.x}}\n") ==
        "3:31: stage 't': input 'x' takes one artifact, f32 array, got a list of 3; name one "
        "stage.port, or put a stage in between that takes a list\n");
  CHECK(problems(three + "  s: {use: toy.sum, in: {x: n@count=1}}\n"
                         "  t: {use: toy.together, in: {parts: [n@count=1, s.total, m.x, s]}}\n") ==
        "4:59: stage 't': input 'parts': there is no stage 'm'; known: n@count=1, n@count=2, "
        "n@count=3, s, t\n"
        "4:64: stage 't': input 'parts': stage 's' has several outputs; write one of s.total, "
        "s.report\n");
  CHECK(problems(three + "  s: {use: toy.sum, in: {x: n@count=1}}\n"
                         "  t: {use: toy.together, in: {parts: [n@count=1, s.total]}}\n") ==
        "4:50: stage 't': input 'parts.1' takes f32 array of rank 0 to 1, got f64 scalar "
        "(s.total)\n");
  CHECK(problems(three + "  t: {use: toy.together, in: {parts: n@*.y}}\n") ==
        "3:38: stage 't': input 'parts': stage 'n@count=1' (toy.numbers) has no output 'y'; "
        "known: x\n");
  CHECK(problems(three + "  s: {use: toy.sum, foreach: {count: [1, 2]}, in: {x: n}}\n"
                         "  t: {use: toy.together, in: {parts: s@*.report}}\n") ==
        "4:38: stage 't': input 'parts.0' takes f32 array of rank 0 to 1, got text "
        "(s@count=1.report)\n");
  CHECK(problems("  t: {use: toy.together, in: {parts: [t.x]}}\n") ==
        "2:39: stage 't': its input 'parts' depends on itself: t -> t; cut one of these\n");
  CHECK(problems("  t: {use: toy.together}\n") ==
        "2:12: stage 't': toy.together needs the input 'parts': numbers\n");
}

TEST_CASE("A key depends on the foreach's values of a list's stages, and on their order") {
  const TempFolder folder;
  cache::Store store(folder / "cache");
  const auto of = [&](const std::string& foreach, const std::string& parts) {
    return key(checked(folder, "  n: {use: toy.numbers, foreach: {" + foreach + "}}\n" +
                                   "  t: {use: toy.together, in: {parts: [" + parts + "]}}\n"),
               "t", store);
  };
  const auto one = of("p: [1, 2]", "n@*.x");
  CHECK(of("p: [1, 2]", "n@p=1.x, n@p=2.x") == one);
  CHECK(of("p: [1, 3]", "n@*.x") != one);
  CHECK(of("q: [1, 2]", "n@*.x") != one);
  CHECK(of("p: [2, 1]", "n@*.x") != one);
  CHECK(of("p: [1, 2, 3]", "n@*.x") != one);
  CHECK(of("p: [1, 2, 3]", "n@p=1.x, n@p=2.x") == one);
  CHECK(of("p: {\"1\": x, \"2\": y}", "n@*.x") != one);
}

TEST_CASE("A cycle is shown as the way around it") {
  CHECK(problems("  a: {use: toy.round, in: {x: c}}\n  b: {use: toy.round, in: {x: a}}\n  c: {use: "
                 "toy.round, in: {x: b}}\n") ==
        "2:31: stage 'a': its input 'x' depends on itself: a -> b -> c -> a; cut one of these\n");
}

TEST_CASE("A key depends on parameters as they are, not as they are written") {
  const TempFolder folder;
  cache::Store store(folder / "cache");
  const auto of = [&](const std::string& text) { return key(checked(folder, text), "n", store); };
  const auto one = of("  n: {use: toy.numbers, with: {count: 4, first: 0.001}}\n");
  CHECK(of("  # a comment\n  n:\n    with: {first: 1e-3}\n    use: toy.numbers\n") == one);
  CHECK(of("  n: {use: toy.numbers, with: {first: 0.002}}\n") != one);
  CHECK(of("  n: {use: toy.numbers, with: {count: 5, first: 0.001}}\n") != one);
}

TEST_CASE("A promise that cannot be kept is told before anything runs") {
  CHECK(problems("  w: {use: toy.wrong, with: {how: set_early}}\n") ==
        "2:12: stage 'w': toy.wrong: output 'y' is set in preflight(); values are set in run()\n");
}

TEST_CASE("A key depends on the content of a file, not on its name or time") {
  const TempFolder folder;
  cache::Store store(folder / "cache");
  write_file(folder / "a", "one");
  write_file(folder / "b", "one");
  write_file(folder / "c", "two");
  const auto of = [&](const std::string& file) {
    return key(checked(folder, "  n: {use: toy.read, with: {path: " + file + "}}\n"), "n", store);
  };
  const auto before = of("a");
  CHECK(of("b") == before);
  CHECK(of("c") != before);
  std::filesystem::last_write_time(folder / "a", std::filesystem::file_time_type::clock::now());
  CHECK(of("a") == before);
  write_file(folder / "a", "onE");
  CHECK(of("a") != before);
}

TEST_CASE("Differences between keys are told field by field") {
  const Value before =
      Value::Map{{"format", 1},
                 {"component", "c"},
                 {"code", Value::Map{{"a.so", "1"}, {"b.so", "1"}}},
                 {"params", Value::Map{{"epochs", 50},
                                       {"model", Value::Map{{"vae", Value::Map{{"latent", 10}}}}},
                                       {"file", Value::Map{{"content", "x"}}}}},
                 {"inputs", Value::Map{{"x", "1"}, {"y", "1"}}}};
  const Value after =
      Value::Map{{"format", 1},
                 {"component", "c"},
                 {"code", Value::Map{{"a.so", "2"}, {"b.so", "1"}}},
                 {"params", Value::Map{{"epochs", 60},
                                       {"model", Value::Map{{"vae", Value::Map{{"latent", 2}}}}},
                                       {"file", Value::Map{{"content", "z"}}}}},
                 {"inputs", Value::Map{{"x", "2"}, {"y", "1"}}}};
  CHECK(differences(before, after, {{"x", "split.x_train"}}) ==
        std::vector<std::string>{"with.epochs: 50 -> 60", "with.file: the file's content changed",
                                 "with.model.vae.latent: 10 -> 2", "code of a.so changed",
                                 "input 'x' (split.x_train) has other content"});
  CHECK(differences(before, before).empty());
}

TEST_CASE("Differences between lists are told by the foreach's values") {
  const auto with = [](Value::List parts) {
    return Value(Value::Map{{"inputs", Value::Map{{"parts", std::move(parts)}}}});
  };
  const auto item = [](int latent, const char* digest) {
    return Value(
        Value::Map{{"digest", digest}, {"foreach", Value::List{Value::Map{{"latent", latent}}}}});
  };
  const Value before = with({item(2, "a"), item(10, "b")});
  using Lines = std::vector<std::string>;
  CHECK(differences(before, with({item(2, "a"), item(5, "c"), item(10, "b")}),
                    {{"parts.1", "fit@latent=5.loss"}}) ==
        Lines{"input 'parts@latent=5' (fit@latent=5.loss) is new"});
  CHECK(differences(before, with({item(10, "d")})) ==
        Lines{"input 'parts@latent=10' has other content", "input 'parts@latent=2' is gone"});
  CHECK(differences(before, with({item(10, "b"), item(2, "a")})) ==
        Lines{"the items of an input that takes a list are in another order"});
}

TEST_CASE("A plan runs what is new and knows what it cannot know") {
  const TempFolder folder;
  cache::Store store(folder / "cache");
  const auto pipeline =
      checked(folder, "  n: {use: toy.numbers}\n  r: {use: toy.round, in: {x: n}}\n");
  const auto plans = make_plan(pipeline, store);
  CHECK(plans[0].decision == Decision::run);
  CHECK(plans[0].reasons == std::vector<std::string>{"it has not finished in an earlier run"});
  CHECK(plans[1].decision == Decision::unknown);
  CHECK(plans[1].reasons == std::vector<std::string>{"depends on what n will give"});
}
