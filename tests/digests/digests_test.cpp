// digests.txt holds a digest of what each stage of the files beside it gives, and of the five
// pipelines on little data: trained weights, histories, maps, scores. Every machine and instruction
// set, and any number of threads, has to give these bits.
//
// After a change that is meant to change them, the test says which have, and leaves the new table
// in digests.new.txt; copy it over digests.txt, and say in the commit's message why. A new
// component wants a line in one of the files here.
#include <catch2/catch.hpp>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include "pipeline/value.h"
#include "support/process.h"
#include "support/sanitizer.h"

using namespace pipeline;
using namespace pipeline::testing;

namespace {

struct File {
  std::string path;  ///< below the source folder
  std::vector<std::string> overrides;
  bool has_baseline = false;  ///< none of its kernels needs AVX2
};

std::vector<std::string> small(const char* more) {
  return {"data=digits", "train_count=400", "test_count=200", "epochs=2", more};
}

const std::vector<File> kFiles = {
    {"tests/digests/analysis.yaml", {}, true},
    {"tests/digests/layers.yaml", {}},
    {"tests/digests/training.yaml", {}},
    {"tests/digests/maps.yaml", {}},
    {"pipelines/dae.yaml", small("batch_size=96")},
    {"pipelines/ae_conv.yaml", small("batch_size=96")},
    {"pipelines/vae.yaml", small("batch_size=160")},
    {"pipelines/vae_conv.yaml", small("embed.n_iter=250")},
    {"pipelines/cnn.yaml", {"data=digits", "train_count=100", "test_count=20", "epochs=2"}},
};

/// How the stages are computed.
struct Way {
  std::string simd;
  int threads;
  /// The C library takes the code that it has for other processors, whose last bits are others.
  bool other_library = false;

  std::string text() const {
    return simd + " with " + std::to_string(threads) + (threads == 1 ? " thread" : " threads") +
           (other_library ? " and the C library of another processor" : "");
  }
};

/// Lines by what they are of, and the components that took part.
struct Table {
  std::map<std::string, std::string> digests;
  std::set<std::string> components;
};

Table table_of(const std::string& text) {
  Table table;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t gap = line.find(' ');
    if (line.starts_with("# ")) table.components.insert(line.substr(2));
    else table.digests[line.substr(0, gap)] = line.substr(gap + 1);
  }
  return table;
}

Table committed() { return table_of(read_file(source_folder() / "tests/digests/digests.txt")); }

Table computed(const File& file, const Way& way) {
  std::vector<std::string> words{test_plugin("digest_table"), std::to_string(way.threads),
                                 (source_folder() / file.path).string()};
  words.insert(words.end(), file.overrides.begin(), file.overrides.end());
  std::map<std::string, std::string> environment{{"PIPELINE_SIMD", way.simd}};
  if (way.other_library)
    environment["GLIBC_TUNABLES"] = "glibc.cpu.hwcaps=-AVX,-AVX2,-FMA,-FMA4,-AVX512F";
  const Ran ran = run_program(words, source_folder(), environment);
  INFO(file.path << ", " << way.text() << ": " << ran.err);
  REQUIRE(ran.status == 0);
  return table_of(ran.out);
}

bool processor_has(const std::string& simd) {
  __builtin_cpu_init();
  if (simd == "avx2") return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (simd == "avx512")
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return true;
}

/// The fastest instruction set with one, two and three threads, the others with three; networks and
/// maps have both crossed in tests of their own.
std::vector<Way> ways_of(const File& file) {
  std::vector<Way> ways;
  for (const char* simd : {"avx512", "avx2", "baseline"}) {
    if (!processor_has(simd) || (std::string(simd) == "baseline" && !file.has_baseline)) continue;
    if (ways.empty())
      for (int threads : {1, 2}) ways.push_back({simd, threads});
    ways.push_back({simd, 3});
  }
  ways.push_back({"avx2", 1, true});
  return ways;
}

}  // namespace

TEST_CASE("Every instruction set and number of threads gives the digests of the table") {
  const std::map<std::string, std::string> expected = committed().digests;
  std::map<std::string, std::string> found;
  std::string differences;
  const auto differ = [&](const std::string& what, const std::string& text) {
    differences += what + text + "\n";
  };
  for (const File& file : kFiles) {
    std::map<std::string, std::string> of_file;
    for (const Way& way : ways_of(file)) {
      const Table table = computed(file, way);
      if (of_file.empty()) of_file = table.digests;
      for (const auto& [what, digest] : table.digests)
        if (of_file[what] != digest)
          differ(what, ": " + digest + " by " + way.text() + ", " + of_file[what] + " by " +
                           ways_of(file)[0].text());
      if (kSanitized) break;  // once takes as long as all of them do else
    }
    found.merge(of_file);
  }
  CHECK(differences == "");
  for (const auto& [what, digest] : found) {
    const auto before = expected.find(what);
    if (before == expected.end()) differ(what, " is not in the table");
    else if (before->second != digest)
      differ(what, ": " + digest + ", in the table " + before->second);
  }
  for (const auto& [what, digest] : expected)
    if (!found.contains(what)) differ(what, " is in the table alone");
  if (found != expected) {
    std::ofstream file("digests.new.txt");
    for (const auto& [what, digest] : found) file << what << ' ' << digest << '\n';
  }
  INFO("the table as it would be is in "
       << (std::filesystem::current_path() / "digests.new.txt").string());
  CHECK(differences == "");
}

TEST_CASE("Every component takes part in what the table has digests of") {
  std::set<std::string> made;
  for (const File& file : kFiles) made.merge(computed(file, {"avx2", 2}).components);
  const Ran ran = run_program({pipeline_binary(), "plugins", "--json"}, source_folder());
  REQUIRE(ran.status == 0);
  const Value plugins = Value::parse_json(ran.out);
  std::string missing;
  for (const Value& plugin : plugins.as_list())
    for (const Value& component : plugin.at("components").as_list()) {
      const std::string kind = component.at("kind").as_string(),
                        id = component.at("id").as_string();
      if (id.starts_with("plot.")) continue;                       // gnuplot's
      if (id == "data.idx" || id == "data.idx_dataset") continue;  // a file's bytes
      if (!made.contains(kind + " " + id)) missing += kind + " " + id + "\n";
    }
  INFO("add a stage with it to a file of tests/digests");
  CHECK(missing == "");
}

TEST_CASE("Every activation, initialiser and constraint has a digest") {
  const std::map<std::string, std::string> digests = committed().digests;
  const Ran ran = run_program({pipeline_binary(), "describe", "dense", "--json"}, source_folder());
  REQUIRE(ran.status == 0);
  const Value dense = Value::parse_json(ran.out);
  std::string missing;
  int looked_at = 0;
  const std::function<void(const std::string&, const Value&)> require =
      [&](const std::string& parameter, const Value& schema) {
        if (schema.has("anyOf"))
          for (const Value& one : schema.at("anyOf").as_list()) require(parameter, one);
        if (!schema.has("enum")) return;
        for (const Value& choice : schema.at("enum").as_list()) {
          const std::string end = "@" + parameter + "=" + choice.as_string();
          bool found = false;
          for (const auto& [what, digest] : digests) found |= what.ends_with(end);
          if (!found) missing += end + "\n";
          ++looked_at;
        }
      };
  for (const Value& parameter : dense.as_list()[0].at("params").as_list()) {
    const std::string name = parameter.at("name").as_string();
    if (name != "activation" && name != "kernel_initializer" && name != "kernel_constraint")
      continue;
    require(name, parameter.at("schema"));
  }
  CHECK(looked_at >= 10 + 13 + 3);
  INFO("add them to tests/digests/layers.yaml");
  CHECK(missing == "");
}
