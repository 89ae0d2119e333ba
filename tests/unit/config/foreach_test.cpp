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
  CHECK(pipeline.stages[2].foreach == pipeline::ForeachValues{{"latent", 0.5}, {"seed", 1}});
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
    const auto& reference = pipeline.stages[stage].inputs.at(name).references[0];
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

TEST_CASE("an input reads a list of stages, or all those of a foreach in its order") {
  Files files;
  files.write("p.yaml", R"(
vars: {parts: [a.x, b]}
stages:
  fit: {use: fit, foreach: {rate: [0.5, 0.25], seed: [2, 1], model: {small: [1], big: 3}}}
  list: {use: show, in: {p: [a.x, "fit@rate=0.5@seed=1@model=big.loss", b], q: "${parts}", r: []}}
  all: {use: show, in: {p: fit@*.loss, q: [fit@*.loss, a]}}
  some: {use: show, in: {p: fit@rate=0.25@*.loss, q: fit@model=*@rate=0.5@seed=1.loss, r: fit@*}}
  own: {use: show, foreach: {seed: [1, 2]}, in: {p: fit@rate=*@model=big.loss}}
)");
  const auto pipeline = files.load();
  const auto read = [&](const std::string& stage, const std::string& input) {
    std::string text;
    for (const auto& one : pipeline.stages) {
      if (one.name != stage) continue;
      const auto& found = one.inputs.at(input);
      text = found.is_list ? "list" : "one";
      for (const auto& reference : found.references)
        text += " " + reference.stage + ":" + reference.port;
    }
    return text;
  };
  CHECK(read("list", "p") == "list a:x fit@rate=0.5@seed=1@model=big:loss b:");
  CHECK(read("list", "q") == "list a:x b:");
  CHECK(read("list", "r") == "list");
  CHECK(read("all", "p") ==
        "list fit@rate=0.5@seed=2@model=small:loss fit@rate=0.5@seed=2@model=big:loss "
        "fit@rate=0.5@seed=1@model=small:loss fit@rate=0.5@seed=1@model=big:loss "
        "fit@rate=0.25@seed=2@model=small:loss fit@rate=0.25@seed=2@model=big:loss "
        "fit@rate=0.25@seed=1@model=small:loss fit@rate=0.25@seed=1@model=big:loss");
  CHECK(read("all", "q") == read("all", "p") + " a:");
  CHECK(read("some", "p") ==
        "list fit@rate=0.25@seed=2@model=small:loss fit@rate=0.25@seed=2@model=big:loss "
        "fit@rate=0.25@seed=1@model=small:loss fit@rate=0.25@seed=1@model=big:loss");
  CHECK(read("some", "q") ==
        "list fit@rate=0.5@seed=1@model=small:loss fit@rate=0.5@seed=1@model=big:loss");
  CHECK(read("own@seed=2", "p") ==
        "list fit@rate=0.5@seed=2@model=big:loss fit@rate=0.25@seed=2@model=big:loss");
  CHECK(pipeline.stages[0].foreach ==
        pipeline::ForeachValues{{"rate", 0.5}, {"seed", 2}, {"model", "small"}});
  CHECK(place(pipeline.stages[8].inputs.at("p").references[2].at) == "p.yaml:5:73");
}

TEST_CASE("what cannot be several stages is an error where it stands") {
  Files files;
  files.write("p.yaml", R"(stages:
  fit: {use: fit, foreach: {l: [1, 0.5], m: [x]}}
  a: {use: a, in: {p: fti@*.y, q: b@*.y, r: fit@n=*.y}}
  b: {use: b, in: {p: fit@l=*@l=2, q: fit@l=7@*.y, r: fit@l=*.y}}
  c: {use: c, in: {p: fit@*.y@m=x, q: fit@*.y.z, r: [fit.y, 5, [x]]}}
)");
  CHECK(files.errors() ==
        R"(p.yaml:3:23: error: stage 'a': input 'p': there is no stage 'fti'; did you mean 'fit'?
    3 |   a: {use: a, in: {p: fti@*.y, q: b@*.y, r: fit@n=*.y}}
      |                       ^
p.yaml:3:35: error: stage 'a': input 'q': stage 'b' has no foreach, and is one stage; write b, or b.port
    3 |   a: {use: a, in: {p: fti@*.y, q: b@*.y, r: fit@n=*.y}}
      |                                   ^
p.yaml:3:45: error: stage 'a': input 'r': the foreach of stage 'fit' has no 'n'; it has l, m
    3 |   a: {use: a, in: {p: fti@*.y, q: b@*.y, r: fit@n=*.y}}
      |                                             ^
p.yaml:4:23: error: stage 'b': input 'p': 'fit@l=*@l=2' says twice which l
    4 |   b: {use: b, in: {p: fit@l=*@l=2, q: fit@l=7@*.y, r: fit@l=*.y}}
      |                       ^
p.yaml:4:39: error: stage 'b': input 'q': stage 'fit' has no l=7; it has 1, 0.5
    4 |   b: {use: b, in: {p: fit@l=*@l=2, q: fit@l=7@*.y, r: fit@l=*.y}}
      |                                       ^
p.yaml:4:55: error: stage 'b': input 'r': stage 'fit' runs once for each 'm'; name one, like fit@l=1@m=x, or all, like fit@*, or give 'b' a foreach with 'm'
    4 |   b: {use: b, in: {p: fit@l=*@l=2, q: fit@l=7@*.y, r: fit@l=*.y}}
      |                                                       ^
p.yaml:5:23: error: stage 'c': input 'p': expected fit@*.port or fit@l=*.port, got 'fit@*.y@m=x'
    5 |   c: {use: c, in: {p: fit@*.y@m=x, q: fit@*.y.z, r: [fit.y, 5, [x]]}}
      |                       ^
p.yaml:5:39: error: stage 'c': input 'q': expected fit@*.port or fit@l=*.port, got 'fit@*.y.z'
    5 |   c: {use: c, in: {p: fit@*.y@m=x, q: fit@*.y.z, r: [fit.y, 5, [x]]}}
      |                                       ^
p.yaml:5:54: error: stage 'c': input 'r': stage 'fit' runs once for each 'l'; name one, like fit@l=1@m=x, or all, like fit@*, or give 'c' a foreach with 'l'
    5 |   c: {use: c, in: {p: fit@*.y@m=x, q: fit@*.y.z, r: [fit.y, 5, [x]]}}
      |                                                      ^
p.yaml:5:61: error: stage 'c': input 'r': expected stage, stage.port or a list of these, got the integer 5
    5 |   c: {use: c, in: {p: fit@*.y@m=x, q: fit@*.y.z, r: [fit.y, 5, [x]]}}
      |                                                             ^
p.yaml:5:64: error: stage 'c': input 'r': expected stage, stage.port or a list of these, got a list of 1 item
    5 |   c: {use: c, in: {p: fit@*.y@m=x, q: fit@*.y.z, r: [fit.y, 5, [x]]}}
      |                                                                ^)");
}

TEST_CASE("a short text does not name a million stages over and over") {
  Files files;
  files.write("p.yaml", R"(
vars: {n: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}
stages:
  fit: {use: fit, foreach: {a: "${n}", b: "${n}", c: "${n}", d: "${n}"}}
  all: {use: all, foreach: {a: "${n}", b: "${n}"}, in: {p: fit@*.loss}}
)");
  CHECK_THAT(files.errors(),
             Catch::Contains("p.yaml:5:60: error: the pipeline grows too large here"));
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
p.yaml:4:23: error: stage 'b': input 'x': stage 'fit' runs once for each 'l'; name one, like fit@l=1@m=x, or all, like fit@*, or give 'b' a foreach with 'l'
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
