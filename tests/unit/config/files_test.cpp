#include <catch2/catch.hpp>
#include <filesystem>

#include "files.h"

namespace fs = std::filesystem;

using Names = std::vector<std::string>;

TEST_CASE("a bare name is looked for here, then in the search folders, with and without .yaml") {
  Files files;
  files.write("pipelines/a.yaml", "description: there\nstages: {s: {use: x}}\n");
  const auto found = files.load({}, "a");
  CHECK(found.name == "a");
  CHECK(found.description == "there");
  CHECK(found.file == files.folder() / "pipelines/a.yaml");
  CHECK(place(found.stages[0].at) == "pipelines/a.yaml:2:10");
  CHECK(files.load({}, "pipelines/a").description == "there");
  files.write("a.yaml", "description: here\nstages: {s: {use: x}}\n");
  CHECK(files.load({}, "a.yaml").description == "here");
  CHECK(place(files.load({}, (files.folder() / "a.yaml").string()).stages[0].at) == "a.yaml:2:10");
}

TEST_CASE("a folder does not stand in a file's way, but is no file") {
  Files files;
  files.write("pipelines/a.yaml", "stages: {s: {use: x}}\n").write("a/b.yaml", "");
  CHECK(files.load({}, "a").name == "a");
  CHECK(files.errors({}, "pipelines") ==
        "'pipelines' is a folder; expected a pipeline file in YAML");
}

TEST_CASE("a file that is not there is an error that names the places and a near name") {
  Files files;
  files.write("pipelines/vae_conv.yaml", "");
  CHECK(
      files.errors({}, "vae_cnv.yaml") ==
      "there is no pipeline file 'vae_cnv.yaml' (looked for vae_cnv.yaml, pipelines/vae_cnv.yaml, "
      "with and without .yaml); did you mean 'pipelines/vae_conv.yaml'?");
  CHECK(files.errors({}, "x/y") ==
        "there is no pipeline file 'x/y' (looked for x/y, with and without .yaml)");
  CHECK(files.errors({}, "") == "no pipeline file is named");
  CHECK(files.errors({}, "/dev/null") ==
        "'/dev/null' is no regular file; expected a pipeline file in YAML");
}

TEST_CASE("a file over 256 MiB is an error") {
  Files files;
  files.write("p.yaml", "stages: {s: {use: x}}\n");
  std::filesystem::resize_file(files.folder() / "p.yaml", (256 << 20) + 1);
  CHECK(files.errors() ==
        "'p.yaml' is larger than 256 MiB; make stages that are alike by a foreach");
}

TEST_CASE(
    "the including file wins: var by var, and in a stage input by input and parameter by "
    "parameter") {
  Files files;
  files.write("base.yaml", R"(
description: base
vars: {epochs: 50, seed: 1}
stages:
  split: {use: split, with: {seed: ${seed}}}
  fit:
    use: train.fit
    in: {train: split.x, validation: split.y}
    with: {epochs: ${epochs}, batch: 128, optimizer: {rmsprop: {rate: 0.1, rho: 0.9}}}
    threads: 2
  show: {use: show, in: {x: fit}}
)");
  files.write("p.yaml", R"(
include: [base]
vars: {epochs: 3}
stages:
  code: {use: encode}
  fit:
    in: {validation: , extra: code}
    with: {optimizer: {adam: {}}, model: m}
)");
  const auto pipeline = files.load();
  CHECK(pipeline.description == "base");
  CHECK(names(pipeline) == Names{"split", "fit", "show", "code"});
  CHECK(with(pipeline, "fit") == R"({"batch":128,"epochs":3,"model":"m","optimizer":{"adam":{}}})");
  const auto& fit = pipeline.stages[1];
  CHECK(fit.use == "train.fit");
  CHECK(fit.threads == 2);
  CHECK(place(fit.at) == "p.yaml:6:3");
  CHECK(place(fit.use_at) == "base.yaml:7:10");
  REQUIRE(fit.inputs.size() == 2);
  CHECK(fit.inputs.at("train").references[0].stage == "split");
  CHECK(fit.inputs.at("train").references[0].port == "x");
  CHECK(fit.inputs.at("extra").references[0].stage == "code");
  CHECK(fit.inputs.at("extra").references[0].port == "");
}

TEST_CASE("a file from elsewhere that is no pipeline is not shown") {
  Files files;
  const std::string outside = files.folder().string() + "-outside";
  files.write(outside + "/passwd", "root:x:0:0:root\ndaemon:x:1:1\n");
  files.write(outside + "/key.yaml", "password: [hunter2\n");
  files.write(outside + "/keys.yaml", "password: hunter2\nuser: root\n");
  files.write(outside + "/base.yaml", "vars: {a: ${b}}\n");
  files.write("p.yaml", "stages: {}\n");
  fs::create_symlink(outside + "/passwd", "link.yaml");
  const std::string file = GENERATE("passwd", "key.yaml", "keys.yaml", "link.yaml", "base.yaml");
  const bool linked = file == "link.yaml";
  files.write("p.yaml", "include: " + (linked ? "" : outside + "/") + file + "\nstages: {}\n");
  const std::string errors = files.errors();
  fs::remove_all(outside);
  if (file == "base.yaml") {
    CHECK_THAT(errors, Catch::Contains("there is no var 'b'") && Catch::Contains("vars: {a:"));
    return;
  }
  CHECK_THAT(errors, Catch::Contains((linked ? "" : outside + "/") + file + ":1:") &&
                         Catch::Contains("this is no pipeline file; what it holds is not shown"));
  for (const std::string content : {"root", "daemon", "password", "hunter2", "user"})
    CHECK(errors.find(content) == std::string::npos);
}

TEST_CASE("the file that the user names is shown wherever it lies") {
  Files files;
  const std::string outside = files.folder().string() + "-outside";
  files.write(outside + "/p.yaml", "stages: {a\n");
  fs::create_symlink(outside + "/p.yaml", "p.yaml");
  const std::string errors = files.errors();
  fs::remove_all(outside);
  CHECK_THAT(errors, Catch::Contains("stages: {a"));
}

TEST_CASE("which file is meant is the system's to say, behind links, too") {
  Files files;
  files.write("there/inner/p.yaml", "include: ../base.yaml\nstages: {s: {use: x}}\n");
  files.write("there/base.yaml", "vars: {v: there}\n");
  files.write("base.yaml", "vars: {v: here}\n");
  fs::create_directory_symlink("there/inner", "link");
  CHECK(files.load({}, "link/p.yaml").vars.to_json() == R"({"v":"there"})");
  files.write("q.yaml", "include: link/../base.yaml\nstages: {s: {use: x}}\n");
  CHECK(files.load({}, "q.yaml").vars.to_json() == R"({"v":"there"})");
  files.write("q.yaml", "include: link/../bass.yaml\nstages: {s: {use: x}}\n");
  CHECK_THAT(files.errors({}, "q.yaml"),
             Catch::Contains("there is no file 'link/../bass.yaml'; did you mean 'base'?"));
}

TEST_CASE("a file counts once by whatever path, and circles are seen through links") {
  Files files;
  files.write("base.yaml", "vars: {v: base}\n");
  fs::create_symlink("base.yaml", "again.yaml");
  files.write("p.yaml", "include: [base.yaml, mine.yaml, again.yaml]\nstages: {s: {use: x}}\n");
  files.write("mine.yaml", "vars: {v: mine}\n");
  CHECK(files.load().vars.to_json() == R"({"v":"mine"})");
  files.write("mine.yaml", "include: link.yaml\n");
  fs::create_symlink("p.yaml", "link.yaml");
  CHECK_THAT(files.errors(), Catch::Contains("in a circle: p.yaml -> mine.yaml -> p.yaml"));
}

TEST_CASE("another use leaves nothing of the included stage, and an empty stage takes it out") {
  Files files;
  files.write("base.yaml",
              "stages:\n  a: {use: x, in: {i: b}, with: {p: 1}, threads: 3}\n  b: {use: y}\n");
  files.write("p.yaml", "include: base\nstages: {a: {use: z, with: {q: 2}}, b: }\n");
  const auto pipeline = files.load();
  CHECK(names(pipeline) == Names{"a"});
  CHECK(pipeline.stages[0].inputs.empty());
  CHECK(pipeline.stages[0].threads == 0);
  CHECK(with(pipeline, "a") == R"({"q":2})");
}

TEST_CASE("a later include lies over an earlier one, and a file counts once") {
  Files files;
  files.write("a/one.yaml", "include: ../base.yaml\nvars: {v: 1, w: 1}\n");
  files.write("a/two.yaml", "include: ../base.yaml\nvars: {v: 2}\n");
  files.write("base.yaml", "vars: {v: 0, w: 0, z: 0}\nstages: {s: {use: x}}\n");
  files.write("p.yaml", "include: [a/one.yaml, a/two.yaml]\n");
  CHECK(files.load().vars.to_json() == R"({"v":2,"w":1,"z":0})");
}

TEST_CASE("a group brings the stages and vars of its choice, below all files") {
  Files files;
  files.write("lib/groups/data/fashion.yaml",
              "vars: {classes: 10, dir: f}\nstages: {data: {use: idx, with: {n: ${classes}}}}\n");
  files.write(
      "lib/groups/data/mnist.yaml",
      "include: ../shared.yaml\nvars: {dir: m}\nstages: {data: {use: idx, with: {p: 1}}}\n");
  files.write("lib/groups/shared.yaml", "vars: {classes: 7}\n");
  files.write("lib/base.yaml",
              "groups: {data: fashion}\nvars: {dir: mine}\nstages: {s: {use: x, in: {x: data}}}\n");
  files.write("p.yaml", "include: lib/base.yaml\nstages: {data: {with: {more: 1}}}\n");
  auto pipeline = files.load();
  CHECK(pipeline.groups.to_json() == R"({"data":"fashion"})");
  CHECK(pipeline.vars.to_json() == R"({"classes":10,"dir":"mine"})");
  CHECK(names(pipeline) == Names{"data", "s"});
  CHECK(with(pipeline, "data") == R"({"more":1,"n":10})");

  pipeline = files.load({"data=mnist"});
  CHECK(pipeline.groups.to_json() == R"({"data":"mnist"})");
  CHECK(pipeline.vars.to_json() == R"({"classes":7,"dir":"mine"})");
  CHECK(with(pipeline, "data") == R"({"more":1,"p":1})");

  // The file that includes may choose, and may have choices of its own.
  files.write("p.yaml", "include: lib/base.yaml\ngroups: {data: mnist}\n");
  CHECK(files.load().groups.to_json() == R"({"data":"mnist"})");
  files.write("groups/data/mnist.yaml", "stages: {data: {use: own}}\n");
  CHECK(files.load().stages[0].use == "own");
}

TEST_CASE("no var has the name of a group, in a group's file either") {
  Files files;
  files.write("groups/data/a.yaml", "vars: {other: 1, ok: 1}\nstages: {s: {use: x}}\n");
  files.write("groups/other/b.yaml", "include: ../c\n");
  files.write("groups/c.yaml", "vars: {data: 2}\n");
  files.write("p.yaml", "groups: {data: a, other: b}\n");
  CHECK(
      files.errors() ==
      R"(groups/c.yaml:1:8: error: 'data' is a group too; a var needs another name, since both are set by data=…
    1 | vars: {data: 2}
      |        ^
groups/data/a.yaml:1:8: error: 'other' is a group too; a var needs another name, since both are set by other=…
    1 | vars: {other: 1, ok: 1}
      |        ^)");
}

TEST_CASE("files and choices that are not there come all at once, and nothing that follows") {
  Files files;
  files.write("groups/data/mnist.yaml", "groups: {a: b}\nstages: {s: {use: x}}\n");
  files.write("loop.yaml", "include: p.yaml\n");
  files.write("broken.yaml", "stages: {\n");
  files.write("p.yaml", R"(include: [comon.yaml, loop.yaml, 5, broken.yaml, groups]
groups: {data: mnst, other: a/b, set: one}
vars: {set: 1}
stages: {s: {use: x, with: {p: ${not_there}}}}
)");
  files.write("common.yaml", "stages: {}\n");
  CHECK(files.errors() ==
        R"(broken.yaml:1:9: error: this '{' is not closed; a '}' or a comma is missing
    1 | stages: {
      |         ^
loop.yaml:1:10: error: files include each other in a circle: p.yaml -> loop.yaml -> p.yaml
    1 | include: p.yaml
      |          ^
p.yaml:1:11: error: there is no file 'comon.yaml'; did you mean 'common'?
    1 | include: [comon.yaml, loop.yaml, 5, broken.yaml, groups]
      |           ^
p.yaml:1:34: error: 'include' must be a list of files, got the integer 5
    1 | include: [comon.yaml, loop.yaml, 5, broken.yaml, groups]
      |                                  ^
p.yaml:1:50: error: there is no file 'groups'; known: broken, common, loop, p
    1 | include: [comon.yaml, loop.yaml, 5, broken.yaml, groups]
      |                                                  ^
p.yaml:2:16: error: group 'data' has no choice 'mnst' in groups/data; did you mean 'mnist'?
    2 | groups: {data: mnst, other: a/b, set: one}
      |                ^
p.yaml:2:29: error: group 'other': expected the name of a choice (letters, digits, _ and -), got the string 'a/b'
    2 | groups: {data: mnst, other: a/b, set: one}
      |                             ^
p.yaml:2:39: error: group 'set' has no choice 'one' in groups/set
    2 | groups: {data: mnst, other: a/b, set: one}
      |                                       ^
p.yaml:3:8: error: 'set' is a group too; a var needs another name, since both are set by set=…
    3 | vars: {set: 1}
      |        ^)");
}

TEST_CASE("what a file must not have is an error where it stands") {
  Files files;
  files.write("groups/data/mnist.yaml", "groups: {a: b}\n");
  files.write("p.yaml", R"(stage: {}
description: [a]
groups: {data: mnist}
vars: {1a: 1, b: 2}
stages:
  a: {usee: x, in: [1], threads: -1}
  b: {use: 3, with: 4, foreach: 5}
  c.d: {use: x}
  e: {use: x, threads: 1.5, in: {x: 5, y: a.b.c, z: "", w: e}}
  f: text
  g:
)");
  CHECK(
      files.errors() ==
      R"(groups/data/mnist.yaml:1:1: error: the file of a group has no key 'groups'; known: description, include, vars, stages
    1 | groups: {a: b}
      | ^
p.yaml:1:1: error: a pipeline file has no key 'stage'; did you mean 'stages'?
    1 | stage: {}
      | ^
p.yaml:2:14: error: 'description' must be a text, got a list of 1 item
    2 | description: [a]
      |              ^
p.yaml:4:8: error: the name of a var begins with a letter or _ and has letters, digits, _ and - only, got '1a'
    4 | vars: {1a: 1, b: 2}
      |        ^
p.yaml:6:7: error: stage 'a' has no key 'usee'; did you mean 'use'?
    6 |   a: {usee: x, in: [1], threads: -1}
      |       ^
p.yaml:6:20: error: stage 'a': 'in' must be a map from inputs to stage.port, got a list of 1 item
    6 |   a: {usee: x, in: [1], threads: -1}
      |                    ^
p.yaml:6:34: error: stage 'a': 'threads' must be an integer from 0 (no number of its own) to 4096, got the integer -1
    6 |   a: {usee: x, in: [1], threads: -1}
      |                                  ^
p.yaml:7:12: error: stage 'b': 'use' must be the name of a component, got the integer 3
    7 |   b: {use: 3, with: 4, foreach: 5}
      |            ^
p.yaml:7:21: error: stage 'b': 'with' must be a map of parameters, got the integer 4
    7 |   b: {use: 3, with: 4, foreach: 5}
      |                     ^
p.yaml:7:33: error: stage 'b': 'foreach' must be a map from names to lists of values, got the integer 5
    7 |   b: {use: 3, with: 4, foreach: 5}
      |                                 ^
p.yaml:8:3: error: the name of a stage has letters, digits, _ and - only, got 'c.d'
    8 |   c.d: {use: x}
      |   ^
p.yaml:9:24: error: stage 'e': 'threads' must be an integer from 0 (no number of its own) to 4096, got the number 1.5
    9 |   e: {use: x, threads: 1.5, in: {x: 5, y: a.b.c, z: "", w: e}}
      |                        ^
p.yaml:9:37: error: stage 'e': input 'x': expected stage, stage.port or a list of these, got the integer 5
    9 |   e: {use: x, threads: 1.5, in: {x: 5, y: a.b.c, z: "", w: e}}
      |                                     ^
p.yaml:9:43: error: stage 'e': input 'y': expected stage or stage.port, got 'a.b.c'
    9 |   e: {use: x, threads: 1.5, in: {x: 5, y: a.b.c, z: "", w: e}}
      |                                           ^
p.yaml:9:53: error: stage 'e': input 'z': expected stage or stage.port, got ''
    9 |   e: {use: x, threads: 1.5, in: {x: 5, y: a.b.c, z: "", w: e}}
      |                                                     ^
p.yaml:10:6: error: stage 'f' must be a map like {use: component, in: {…}, with: {…}}, got the string 'text'
   10 |   f: text
      |      ^)");
}

TEST_CASE("a stage that is empty takes out one of an included file, which has to be there") {
  Files files;
  files.write("p.yaml", "stages:\n  g:\n  \"a b\": {use: x}\n");
  CHECK(
      files.errors() ==
      R"(p.yaml:2:3: error: stage 'g' is empty, which takes out a stage of an included file, but none has it; write 'use: component'
    2 |   g:
      |   ^
p.yaml:3:3: error: the name of a stage has letters, digits, _ and - only, got 'a b'
    3 |   "a b": {use: x}
      |   ^)");
}

TEST_CASE("of a stage that is empty, nothing is told while files are missing") {
  Files files;
  files.write("p.yaml", "include: q.yaml\nstages:\n  g:\n");
  CHECK(files.errors() == R"(p.yaml:1:10: error: there is no file 'q.yaml'; known: p
    1 | include: q.yaml
      |          ^)");
}
