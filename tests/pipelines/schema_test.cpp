// `pipeline schema` beside the program itself: what the one takes the other has to take, but for
// what only all files of a pipeline together can tell.
#include <catch2/catch.hpp>
#include <filesystem>
#include <sstream>

#include "config/source.h"
#include "config/yaml.h"
#include "contract/project.h"
#include "pipelines/shipped.h"

namespace fs = std::filesystem;
using namespace pipeline;
using namespace pipeline::testing;

namespace {

/// What the schema says of the files, one line each.
std::vector<std::string> validated(const Project& project, const std::vector<fs::path>& files) {
  const Ran schema = project({"schema"});
  REQUIRE(schema.err == "");
  project.write("schema.json", schema.out);
  std::vector<std::string> command = {"/usr/bin/python3",
                                      (source_folder() / "tests/pipelines/validate.py").string(),
                                      (project / "schema.json").string()};
  for (const fs::path& file : files) {
    config::Problems problems;
    const auto document = config::parse_yaml(config::read_source(file), problems);
    problems.throw_if_any();
    const std::string name = "instance" + std::to_string(command.size()) + ".json";
    project.write(name, document->value().to_json());
    command.push_back((project / name).string());
  }
  const Ran ran = run_program(command, project / "");
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  std::istringstream text(ran.out);
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  REQUIRE(lines.size() == files.size());
  return lines;
}

// Files of one pipeline each, beside a file that they may include.
struct Forms {
  Project project{""};
  std::vector<fs::path> files;
  explicit Forms(const std::vector<std::string>& texts) {
    project.write("base.yaml",
                  "stages:\n"
                  "  n: {use: toy.numbers, with: {count: 5}}\n"
                  "  r: {use: toy.round, in: {x: n}, with: {step: 2}}\n"
                  "  s: {use: toy.sum, in: {x: r, more: n}}\n");
    for (const std::string& text : texts) {
      const std::string name = "form" + std::to_string(files.size()) + ".yaml";
      project.write(name, text);
      files.push_back(project / name);
    }
  }
  Ran plan(const fs::path& file) const { return project({"plan", file.string()}); }
};

std::string in_fit(const std::string& parameters) {
  return "include: " + shipped("dae") +
         "\n"
         "groups: {data: digits}\n"
         "vars: {opt: rmsprop, rate: 0.1, size: 10, side: 28, layers: [flatten], s: sig, f: flat}\n"
         "stages: {encoder_kernel: null, encoder_weights: null, decoder_kernel: null, "
         "decoder_weights: null, fit: {use: train.fit, with: {" +
         parameters + "}}}\n";
}

std::string with_layers(const std::string& encoder) {
  return in_fit("model: {autoencoder: {encoder: " + encoder +
                ", decoder: [{dense: {units: 784, activation: \"${s}moid\"}}]}}");
}

std::string toy(const std::string& stages) {
  return "vars: {five: 5, numbers: [1, 2], ten: n, "
         "params: {count: 3}, grid: {count: [1, 2]}, component: toy.numbers}\nstages:\n" +
         stages;
}

}  // namespace

TEST_CASE("The schema takes every pipeline here, and the files that they are made of") {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(source_folder() / "pipelines"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  REQUIRE(files.size() >= 8);
  const std::vector<std::string> lines = validated(Project(""), files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    INFO(files[i]);
    CHECK(lines[i] == "valid");
  }
}

TEST_CASE("The schema takes what the language allows") {
  const Forms forms({
      "include: base.yaml\nstages: {n: {with: {count: 3}}}\n",
      "include: [base]\nstages: {s: null}\n",
      "include: base\nstages: {s: {in: {more: null}}, r: {threads: 0}}\n",
      "include: base\nstages: {r: {in: {x: n.x}}, n: {}}\n",
      "include: base\nvars: null\nstages: null\ndescription: \"\"\n",
      "include: base\nstages: {n: {with: null, in: null}, s: {with: {}}}\n",
      toy("  n: {use: toy.numbers, threads: \"${five}\"}\n"),
      toy("  n: {use: toy.numbers, threads: 4096}\n"),
      toy("  n: {use: toy.numbers, with: \"${params}\"}\n"),
      toy("  n: {use: toy.numbers, with: {count: \"${five}\", first: 1e-3}}\n"),
      toy("  n: {use: \"${component}\", with: {count: 7}}\n"),
      toy("  n: {use: \"toy.${ten}umbers\", with: {count: 7}, in: {}}\n"),
      toy("  n: {use: toy.numbers, foreach: \"${grid}\", with: {count: \"${count}\"}}\n"),
      toy("  n: {use: toy.numbers, foreach: {a: \"${numbers}\", b: [\"${five}\", x-1.5, 2.5, "
          "true, null, \"x${five}\"]}}\n"),
      toy("  n: {use: toy.numbers, foreach: {p: {few: {count: 1}, many: {first: 9, count: 1}}}, "
          "with: "
          "\"${p}\"}\n"
          "  s: {use: toy.sum, in: {x: n@p=few.x, more: \"${ten}@p=many\"}}\n"),
      toy("  n: {use: toy.numbers, foreach: {p: [1, 2]}}\n"
          "  s: {use: toy.together, in: {parts: [n@p=1.x, \"${ten}@p=2\"]}}\n"
          "  t: {use: toy.together, in: {parts: n@*.x}}\n"
          "  u: {use: toy.together, foreach: {p: [1]}, in: {parts: n@p=*}}\n"),
      toy("  n-1: {use: toy.numbers}\n  \"2\": {use: toy.sum, in: {x: \"${ten}-1.x\"}}\n"),
      in_fit("optimizer: \"${opt}\", epochs: \"${size}\""),
      in_fit("optimizer: adam"),
      in_fit("optimizer: {adam: null}"),
      in_fit("optimizer: {rmsprop: {learning_rate: \"${rate}\"}}"),
      with_layers("[{dense: {units: \"${size}\"}}]"),
      with_layers("[{reshape: {shape: [1, \"${side}\", 28]}}, flatten]"),
      with_layers("\"${layers}\""),
      with_layers("[flatten, \"${f}ten\"]"),
  });
  const std::vector<std::string> lines = validated(forms.project, forms.files);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    INFO(read_file(forms.files[i]));
    CHECK(lines[i] == "valid");
    CHECK(forms.plan(forms.files[i]).err == "");
  }
}

TEST_CASE("The schema refuses what the program refuses, inside partial stages too") {
  const Forms forms({
      "include: base\nvar: {a: 1}\n",
      "include: 5\n",
      "include: [base, \"\"]\n",
      "include: base\ndescription: [a]\n",
      "include: base\nvars: {1a: 1}\n",
      "include: base\nvars: [a]\n",
      "include: base\ngroups: {data: 5}\n",
      "include: base\nstages: {n: 5}\n",
      "include: base\nstages: {n: [toy.numbers]}\n",
      "include: base\nstages: {\"n m\": {use: toy.numbers}}\n",
      "include: base\nstages: {n: {wiht: {count: 3}}}\n",
      "include: base\nstages: {n: {with: [count]}}\n",
      "include: base\nstages: {n: {with: count}}\n",
      "include: base\nstages: {r: {in: n}}\n",
      "include: base\nstages: {r: {in: {x: 5}}}\n",
      "include: base\nstages: {r: {in: {x: n.x.y}}}\n",
      "include: base\nstages: {r: {threads: -1}}\n",
      "include: base\nstages: {n: {use: toy.numbers, with: {cuont: 3}}}\n",
      "include: base\nstages: {r: {use: toy.round, in: {z: n}}}\n",
      toy("  n: {use: toy.numbers}\n  t: {use: toy.together, in: {parts: n}}\n"),
      toy("  n: {use: toy.numbers}\n  t: {use: toy.together, in: {parts: []}}\n"),
      toy("  n: {use: toy.numbers}\n  t: {use: toy.together, in: {parts: [5]}}\n"),
      toy("  n: {use: toy.numbers}\n  r: {use: toy.round, in: {x: [n]}}\n"),
      toy("  n: {use: toy.numbers, foreach: {p: [1]}}\n  r: {use: toy.round, in: {x: n@*}}\n"),
      toy("  n: {use: toy.numbres}\n"),
      toy("  n: {use: null}\n"),
      toy("  n: {use: toy.numbers, with: {count: five}}\n"),
      toy("  n: {use: toy.numbers, with: {count: 0}}\n"),
      toy("  n: {use: toy.numbers, with: {count: \"1${five}\"}}\n"),
      toy("  n: {use: toy.numbers, with: {count: \"$${five}\"}}\n"),
      toy("  n: {use: toy.numbers, with: {count: \"${5}\"}}\n"),
      toy("  n: {use: toy.numbers, with: {count: null}}\n"),
      toy("  n: {use: toy.numbers, threads: 4097}\n"),
      toy("  n: {use: toy.numbers, threads: 1.5}\n"),
      toy("  n: {use: toy.numbers, threads: all}\n"),
      toy("  n: {use: toy.numbers, threads: null}\n"),
      toy("  n: {use: toy.numbers}\n  r: {use: toy.round, in: \"${params}\"}\n"),
      toy("  n: {use: toy.numbers, foreach: {}}\n"),
      toy("  n: {use: toy.numbers, foreach: [1, 2]}\n"),
      toy("  n: {use: toy.numbers, foreach: {count: []}}\n"),
      toy("  n: {use: toy.numbers, foreach: {count: {}}}\n"),
      toy("  n: {use: toy.numbers, foreach: {count: 5}}\n"),
      toy("  n: {use: toy.numbers, foreach: {count: [[1]]}}\n"),
      toy("  n: {use: toy.numbers, foreach: {count: [a b]}}\n"),
      toy("  n: {use: toy.numbers, foreach: {1st: [1]}}\n"),
      toy("  n: {use: toy.numbers, foreach: {count: {a b: 1}}}\n"),
      in_fit("optimiser: adam"),
      in_fit("optimizer: adma"),
      in_fit("optimizer: 5"),
      in_fit("optimizer: {adam: {}, rmsprop: {}}"),
      in_fit("optimizer: {adam: {learning_rat: 1}}"),
      in_fit("optimizer: {adam: {learning_rate: fast}}"),
      with_layers("[flaten]"),
      with_layers("[dense]"),
      with_layers("[{dense: null}]"),
      with_layers("[{dense: {}}]"),
      with_layers("[{dense: {units: [5]}}]"),
      with_layers("[{dense: {units: 5, activation: reluu}}]"),
      with_layers("[{dense: {units: 5, activation: $${s}}}]"),
  });
  const std::vector<std::string> lines = validated(forms.project, forms.files);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    INFO(read_file(forms.files[i]));
    CHECK(lines[i] != "valid");
    CHECK(forms.plan(forms.files[i]).status == 2);
  }
}
