#include <catch2/catch.hpp>

#include "files.h"

using Names = std::vector<std::string>;

TEST_CASE("foreach makes one stage per combination, the first name varying slowest") {
  Files files;
  files.write("p.yaml", R"(
vars: {latent: 10, seeds: [1, 2], label: "l${latent}"}
stages:
  fit:
    use: fit
    foreach: {latent: [2, 0.5, true], seed: ${seeds}}
    with: {latent: ${latent}, seed: ${seed}, text: "${latent}-${seed}", label: ${label}}
)");
  const auto pipeline = files.load();
  CHECK(names(pipeline) == Names{"fit@latent=2@seed=1", "fit@latent=2@seed=2",
                                 "fit@latent=0.5@seed=1", "fit@latent=0.5@seed=2",
                                 "fit@latent=true@seed=1", "fit@latent=true@seed=2"});
  CHECK(pipeline.stages[2].family == "fit");
  CHECK(pipeline::Value(pipeline.stages[2].axes).to_json() == R"({"latent":0.5,"seed":1})");
  // A var that uses the name follows it.
  CHECK(with(pipeline, "fit@latent=0.5@seed=1") ==
        R"({"label":"l0.5","latent":0.5,"seed":1,"text":"0.5-1"})");
  CHECK(pipeline.vars.at("label") == pipeline::Value("l10"));
  CHECK(place(pipeline.stages[0].with.at_path({"latent"}).at) == "p.yaml:6:24");
}

TEST_CASE("values that cannot be in a name get one") {
  Files files;
  files.write("p.yaml", R"(
stages:
  fit: {use: fit, foreach: {model: {small: {dense: [1]}, big: [2, 3]}}, with: {model: ${model}}}
)");
  const auto pipeline = files.load();
  CHECK(names(pipeline) == Names{"fit@model=small", "fit@model=big"});
  CHECK(with(pipeline, "fit@model=small") == R"({"model":{"dense":[1]}})");
  CHECK(with(pipeline, "fit@model=big") == R"({"model":[2,3]})");
}

TEST_CASE("a reference goes to the stage with the same values, or to the one that it names") {
  Files files;
  files.write("p.yaml", R"(
stages:
  data: {use: data, foreach: {seed: [1, 2]}}
  fit: {use: fit, foreach: {rate: [0.1, 0.01], seed: [2, 1]}, in: {x: data.x, other: data@seed=1}}
  code: {use: code, foreach: {seed: [1], rate: [0.01]}, in: {m: fit.model, d: data}}
  best: {use: show, in: {m: fit@rate=0.01@seed=2.model, n: "fit@rate=0.1@seed=1"}}
  near: {use: show, foreach: {seed: [1]}, in: {m: "fit@rate=0.1@seed=${seed}.model"}}
)");
  const auto pipeline = files.load();
  const auto input = [&](std::size_t stage, const std::string& name) {
    const auto& reference = pipeline.stages[stage].inputs.at(name);
    return reference.stage + " " + reference.port;
  };
  REQUIRE(names(pipeline) == Names{"data@seed=1", "data@seed=2", "fit@rate=0.1@seed=2",
                                   "fit@rate=0.1@seed=1", "fit@rate=0.01@seed=2",
                                   "fit@rate=0.01@seed=1", "code@seed=1@rate=0.01", "best",
                                   "near@seed=1"});
  CHECK(input(2, "x") == "data@seed=2 x");
  CHECK(input(3, "x") == "data@seed=1 x");
  CHECK(input(2, "other") == "data@seed=1 ");
  CHECK(input(6, "m") == "fit@rate=0.01@seed=1 model");
  CHECK(input(6, "d") == "data@seed=1 ");
  CHECK(input(7, "m") == "fit@rate=0.01@seed=2 model");
  CHECK(input(7, "n") == "fit@rate=0.1@seed=1 ");
  CHECK(input(8, "m") == "fit@rate=0.1@seed=1 model");
}

TEST_CASE("overrides reach all stages of a foreach, one of them, and the values themselves") {
  Files files;
  files.write("p.yaml", R"(
vars: {rates: [0.1, 0.01]}
stages: {fit: {use: fit, foreach: {rate: ${rates}, seed: [1]}, with: {epochs: 1, r: ${rate}}}}
)");
  auto pipeline = files.load({"fit.epochs=2", "fit@rate=0.01@seed=1.epochs=3", "fit.r=x${rate}"});
  CHECK(with(pipeline, "fit@rate=0.1@seed=1") == R"({"epochs":2,"r":"x0.1"})");
  CHECK(with(pipeline, "fit@rate=0.01@seed=1") == R"({"epochs":3,"r":"x0.01"})");
  pipeline = files.load({"rates=[5]"});
  CHECK(names(pipeline) == Names{"fit@rate=5@seed=1"});
  CHECK(files.errors({"fit@rate=5.epochs=1"}) ==
        "command line: error: this names no stage; those of 'fit' are: fit@rate=0.01@seed=1 "
        "fit@rate=0.1@seed=1\n      | fit@rate=5.epochs=1\n      | ^");
}

TEST_CASE("what foreach cannot do is an error where it stands") {
  Files files;
  files.write("p.yaml", R"(stages:
  fit: {use: fit, foreach: {l: [1, 2], m: {x: [1]}}}
  a: {use: a, foreach: {l: [1, 3], m: [x]}, in: {x: fit, y: "fit@l=3@m=x.y"}}
  b: {use: b, in: {x: fit.model}}
  c: {use: c, foreach: {l: [1, 1], m: [], n: ["a b", [1]], 1o: [1]}}
  d: {use: d, foreach: {}, in: {x: c}}
  e: {use: e, foreach: {l: 5}}
  f: {use: f, with: {p: ${l}}}
)");
  CHECK(files.errors() ==
        R"(p.yaml:3:53: error: stage 'a': input 'x': stage 'fit' has no l=3; it has 1, 2
    3 |   a: {use: a, foreach: {l: [1, 3], m: [x]}, in: {x: fit, y: "fit@l=3@m=x.y"}}
      |                                                     ^
p.yaml:3:61: error: stage 'a': input 'y': there is no stage 'fit@l=3@m=x.y'; did you mean 'fit@l=1@m=x'?
    3 |   a: {use: a, foreach: {l: [1, 3], m: [x]}, in: {x: fit, y: "fit@l=3@m=x.y"}}
      |                                                             ^
p.yaml:4:23: error: stage 'b': input 'x': stage 'fit' runs once for each 'l'; name one, like fit@l=1@m=x, or give 'b' a foreach with 'l'
    4 |   b: {use: b, in: {x: fit.model}}
      |                       ^
p.yaml:5:32: error: foreach 'l': the value '1' is given twice
    5 |   c: {use: c, foreach: {l: [1, 1], m: [], n: ["a b", [1]], 1o: [1]}}
      |                                ^
p.yaml:5:39: error: foreach 'm' must be a list of values, or a map from names to values, with at least one, got a list of 0 items
    5 |   c: {use: c, foreach: {l: [1, 1], m: [], n: ["a b", [1]], 1o: [1]}}
      |                                       ^
p.yaml:5:47: error: foreach 'n': the string 'a b' cannot be part of a stage's name; give it one: n: {some-name: …}
    5 |   c: {use: c, foreach: {l: [1, 1], m: [], n: ["a b", [1]], 1o: [1]}}
      |                                               ^
p.yaml:5:54: error: foreach 'n': a list of 1 item cannot be part of a stage's name; give it one: n: {some-name: …}
    5 |   c: {use: c, foreach: {l: [1, 1], m: [], n: ["a b", [1]], 1o: [1]}}
      |                                                      ^
p.yaml:5:60: error: a name in foreach begins with a letter or _ and has letters, digits, _ and - only, got '1o'
    5 |   c: {use: c, foreach: {l: [1, 1], m: [], n: ["a b", [1]], 1o: [1]}}
      |                                                            ^
p.yaml:6:24: error: stage 'd': 'foreach' must be a map from names to lists of values, got a map of 0 entries
    6 |   d: {use: d, foreach: {}, in: {x: c}}
      |                        ^
p.yaml:7:28: error: foreach 'l' must be a list of values, or a map from names to values, with at least one, got the integer 5
    7 |   e: {use: e, foreach: {l: 5}}
      |                            ^
p.yaml:8:25: error: there is no var 'l'
    8 |   f: {use: f, with: {p: ${l}}}
      |                         ^)");
}
