#include <catch2/catch.hpp>

#include "files.h"

namespace {

constexpr const char* kPipeline = R"(vars: {latent: 10, epochs: 50}
stages:
  fit:
    use: train.fit
    with:
      epochs: ${epochs}
      optimizer: rmsprop
      model: {vae: {latent: ${latent}, encoder: [{dense: {units: 8}}, flatten]}}
  show: {use: show, in: {x: fit}}
)";

}  // namespace

TEST_CASE("an override sets a var, and its value is YAML") {
  Files files;
  files.write("p.yaml", kPipeline);
  CHECK(files.load({"latent=2"}).vars.at("latent") == pipeline::Value(2));
  CHECK(files.load({"latent=2", "latent=3"}).vars.at("latent") == pipeline::Value(3));
  CHECK(files.load({"latent=[1, {a: b}]"}).vars.at("latent").to_json() == R"([1,{"a":"b"}])");
  CHECK(files.load({"latent='2'"}).vars.at("latent") == pipeline::Value("2"));
  CHECK(files.load({"latent=a=b"}).vars.at("latent") == pipeline::Value("a=b"));
  CHECK(files.load({"latent="}).vars.at("latent").is_null());
  CHECK(files.load({"latent=${epochs}"}).vars.at("latent") == pipeline::Value(50));
}

TEST_CASE("an override sets a parameter, also inside lists, maps and components") {
  Files files;
  files.write("p.yaml", kPipeline);
  const auto fit = [&](const std::vector<std::string>& overrides) {
    return with(files.load(overrides), "fit");
  };
  CHECK(fit({"fit.epochs=3", "fit.batch=${latent}"}) ==
        R"({"batch":10,"epochs":3,"model":{"vae":{"encoder":[{"dense":{"units":8}},"flatten"],)"
        R"("latent":10}},"optimizer":"rmsprop"})");
  CHECK(
      fit({"fit.model.vae.encoder.0.dense.units=9", "fit.model.vae.encoder.1.flatten.order=C",
           "fit.model.vae.latent=1", "fit.epochs=1"}) ==
      R"({"epochs":1,"model":{"vae":{"encoder":[{"dense":{"units":9}},{"flatten":{"order":"C"}}],)"
      R"("latent":1}},"optimizer":"rmsprop"})");
  CHECK(fit({"fit.optimizer.rmsprop.rate=0.1", "fit.model=m", "fit.a.b.c=[1]"}) ==
        R"({"a":{"b":{"c":[1]}},"epochs":50,"model":"m","optimizer":{"rmsprop":{"rate":0.1}}})");
  CHECK(with(files.load({"show.size=2"}), "show") == R"({"size":2})");
}

TEST_CASE("an overridden value stands on the command line, and paths count from here") {
  Files files;
  files.write("sub/p.yaml", kPipeline);
  const auto pipeline = files.load({"fit.model.vae.latent=1", "fit.file=a"}, "sub/p.yaml");
  const auto& parameters = pipeline.stages[0].with;
  CHECK(place(parameters.at_path({"model", "vae", "latent"}).at) == "command line:1:22");
  CHECK(place(parameters.key_position({"model", "vae", "latent"})) == "command line:1:15");
  CHECK(place(parameters.key_position({"model", "vae"})) == "sub/p.yaml:8:15");
  CHECK(place(parameters.key_position({"file"})) == "command line:1:5");
  CHECK(parameters.folder_at({"file"}) == files.folder());
  CHECK(parameters.folder_at({"optimizer"}) == files.folder() / "sub");
}

TEST_CASE("overrides that fit nothing are errors with the nearest name") {
  Files files;
  files.write("p.yaml", kPipeline);
  CHECK(files.errors({"latnt=2", "fitt.epochs=3", "latent", "=3", "fit=2", "latent.x=1", "fit..x=1",
                      "fit.epochs.x=1", "fit.model.vae.encoder.2=a", "fit.model.vae.encoder.x=a",
                      "fit.a=[1", "fit.a={b: 1, b: 2}", "show@a=1.b=2"}) ==
        R"(command line: error: expected key=value, got 'latent'
      | latent
      | ^
command line: error: expected key=value, got '=3'
      | =3
      | ^
command line: error: expected names with a '.' between them before the '='
      | fit..x=1
      | ^
command line: error: this '[' is not closed; a ']' or a comma is missing
      | fit.a=[1
      |       ^
command line: error: the key 'b' is given twice; first in line 1
      | fit.a={b: 1, b: 2}
      |              ^
command line: error: this names no stage; did you mean 'show'?
      | show@a=1.b=2
      | ^
command line: error: fit.epochs is the integer 50, so there is no 'x' in it
      | fit.epochs.x=1
      |            ^
command line: error: fit.model.vae.encoder is a list; expected an index from 0 to 1, got '2'
      | fit.model.vae.encoder.2=a
      |                       ^
command line: error: fit.model.vae.encoder is a list; expected an index from 0 to 1, got 'x'
      | fit.model.vae.encoder.x=a
      |                       ^
command line: error: there is no var, group or stage 'latnt'; did you mean 'latent'?
      | latnt=2
      | ^
command line: error: there is no stage 'fitt'; did you mean 'fit'?
      | fitt.epochs=3
      | ^
command line: error: 'fit' is a stage; name one of its parameters, fit.param=value
      | fit=2
      | ^
command line: error: 'latent' is a var or group, which has no parts here; give it as a whole, latent=value
      | latent.x=1
      | ^)");
}

TEST_CASE("an override of a stage that could not be made is no mistake of its own") {
  Files files;
  files.write("p.yaml",
              "vars: {a: 1, many: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]}\n"
              "stages:\n"
              "  a: {use: x, foreach: {n: []}}\n"
              "  b: {use: x, foreach: {n: ${many}}, in: {x: 5}}\n");
  CHECK(
      files.errors({"a.p=3", "a@n=2.p=3", "b@n=12.p=3", "a@n=2.p"}) ==
      R"(p.yaml:3:28: error: foreach 'n' must be a list of values, or a map from names to values, with at least one, got a list of 0 items
    3 |   a: {use: x, foreach: {n: []}}
      |                            ^
p.yaml:4:46: error: stage 'b': input 'x': expected stage, stage.port or a list of these, got the integer 5
    4 |   b: {use: x, foreach: {n: ${many}}, in: {x: 5}}
      |                                              ^)");
}

TEST_CASE("a group on the command line must be the name of a choice") {
  Files files;
  files.write("groups/data/a.yaml", "stages: {s: {use: x}}\n");
  files.write("p.yaml", "groups: {data: a}\n");
  CHECK(files.errors({"data=[a]"}) ==
        "command line: error: group 'data': expected the name of a choice (letters, digits, _ and "
        "-), got a list of 1 item\n      | data=[a]\n      |      ^");
  CHECK(files.errors({"data=b"}) ==
        "command line: error: group 'data' has no choice 'b' in groups/data; known: a\n"
        "      | data=b\n      |      ^");
}
