#include <catch2/catch.hpp>

#include "files.h"

TEST_CASE("a var alone keeps its type, and inside a text it is put in") {
  Files files;
  files.write("p.yaml", R"(
vars:
  n: 3
  rate: 1e-3
  on: true
  list: [1, ${n}]
  map: {deep: {er: ${list}}}
  text: n${n}-${rate}-${on}
  infinite: x${huge}
  huge: .inf
stages: {s: {use: x, with: {all: ${map}, quoted: "${n}", two: "${n}${n}", text: ${text}}}}
)");
  const auto pipeline = files.load();
  CHECK(with(pipeline, "s") ==
        R"({"all":{"deep":{"er":[1,3]}},"quoted":3,"text":"n3-0.001-true","two":"33"})");
  CHECK(pipeline.vars.at("infinite") == pipeline::Value("x.inf"));
}

TEST_CASE("`$${` is a literal `${`, and a lone `$` is itself") {
  Files files;
  files.write("p.yaml", R"(
vars: {a: 1}
stages: {s: {use: x, with: {p: "$${a}", q: "x$$${a}", r: $a $, s: "a$$b", t: "$${", u: {v: $${a}}}}}
)");
  CHECK(with(files.load(), "s") ==
        R"({"p":"${a}","q":"x$${a}","r":"$a $","s":"a$$b","t":"${","u":{"v":"${a}"}})");
}

TEST_CASE("vars work in use and threads too") {
  Files files;
  files.write("p.yaml",
              "vars: {u: a.b, t: 2}\nstages: {s: {use: ${u}, threads: ${t}}, r: {use: x}}\n");
  const auto pipeline = files.load();
  CHECK(pipeline.stages[0].use == "a.b");
  CHECK(pipeline.stages[0].threads == 2);
  CHECK(pipeline.stages[1].threads == 0);
}

TEST_CASE("a value stands where the var was written") {
  Files files;
  files.write("p.yaml", R"(vars:
  n: 3
  m: ${n}
stages:
  s: {use: x, with: {p: ${m}, q: "a${m}", r: 5}}
)");
  const auto pipeline = files.load({"n=7"});
  const auto& parameters = pipeline.stages[0].with;
  CHECK(place(parameters.at_path({"p"}).at) == "command line:1:3");
  CHECK(place(parameters.at_path({"q"}).at) == "p.yaml:5:34");
  CHECK(place(parameters.key_position({"p"})) == "p.yaml:5:22");
  CHECK(place(files.load().stages[0].with.at_path({"p"}).at) == "p.yaml:2:6");
}

TEST_CASE("a relative path counts from the text that wrote its beginning") {
  Files files;
  files.write("p.yaml", R"(include: sub/q.yaml
vars: {own: "${base}/x", late: "x/${base}"}
stages: {s: {use: x, with: {a: ${base}, b: "${base}/y", c: ${own}, d: ${late}, e: [f]}}}
)");
  files.write("sub/q.yaml", "vars: {base: data}\n");
  const auto pipeline = files.load();
  const auto& parameters = pipeline.stages[0].with;
  CHECK(parameters.folder_at({"a"}) == files.folder() / "sub");
  CHECK(parameters.folder_at({"b"}) == files.folder() / "sub");
  CHECK(parameters.folder_at({"c"}) == files.folder() / "sub");
  CHECK(parameters.folder_at({"d"}) == files.folder());
  CHECK(parameters.folder_at({"e", "0"}) == files.folder());
}

TEST_CASE("vars that do not exist, go in circles or do not fit are errors, each once") {
  Files files;
  files.write("p.yaml", R"(vars:
  a: ${b}
  b: x${c}
  c: ${a}
  list: [1]
  nothing:
  latent: 2
  bad: ${latnt}
stages:
  s: {use: x, with: {p: ${a}, q: [1, "${list}!"], r: "a${latent} ${ltent} ${}", t: ${bad}}}
  u: {use: x, with: {p: "x${nothing}", q: "${latent", r: "${a b}"}}
)");
  CHECK(files.errors() == R"(p.yaml:2:3: error: vars use each other in a circle: a -> b -> c -> a
    2 |   a: ${b}
      |   ^
p.yaml:8:8: error: there is no var 'latnt'; did you mean 'latent'?
    8 |   bad: ${latnt}
      |        ^
p.yaml:10:39: error: 'list' is a list of 1 item; only texts, numbers and true or false can stand inside a text
   10 |   s: {use: x, with: {p: ${a}, q: [1, "${list}!"], r: "a${latent} ${ltent} ${}", t: ${bad}}}
      |                                       ^
p.yaml:10:66: error: there is no var 'ltent'; did you mean 'latent'?
   10 |   s: {use: x, with: {p: ${a}, q: [1, "${list}!"], r: "a${latent} ${ltent} ${}", t: ${bad}}}
      |                                                                  ^
p.yaml:10:75: error: expected ${name} with the name of a var, got '${}'; write $${ for a literal ${
   10 |   s: {use: x, with: {p: ${a}, q: [1, "${list}!"], r: "a${latent} ${ltent} ${}", t: ${bad}}}
      |                                                                           ^
p.yaml:11:27: error: 'nothing' is nothing (null); only texts, numbers and true or false can stand inside a text
   11 |   u: {use: x, with: {p: "x${nothing}", q: "${latent", r: "${a b}"}}
      |                           ^
p.yaml:11:44: error: expected ${name} with the name of a var, got '${latent'; write $${ for a literal ${
   11 |   u: {use: x, with: {p: "x${nothing}", q: "${latent", r: "${a b}"}}
      |                                            ^
p.yaml:11:59: error: expected ${name} with the name of a var, got '${a b}'; write $${ for a literal ${
   11 |   u: {use: x, with: {p: "x${nothing}", q: "${latent", r: "${a b}"}}
      |                                                           ^)");
}
