// Which file a path means, what a pipeline is called, and what commands that only look leave alone.
#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "contract/project.h"

using namespace pipeline;
using pipeline::testing::pipeline_binary;
using pipeline::testing::Project;
using pipeline::testing::Ran;
using pipeline::testing::run_program;
using pipeline::testing::TempFolder;
namespace fs = std::filesystem;

namespace {

const std::string kNumbers = "stages:\n  n: {use: toy.numbers}\n  s: {use: toy.sum, in: {x: n}}\n";

std::string action(const Project& project, const std::string& file, const std::string& stage) {
  const Value planned = Value::parse_json(project({"plan", file, "--json"}).out);
  for (const Value& entry : planned.as_list())
    if (entry.at("stage") == Value(stage))
      return entry.at("action").as_string() + ": " + entry.at("reasons").to_json();
  return "no stage";
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("'..' behind a link leads where the system says") {
  const Project project("  r: {use: toy.read, with: {path: link/../f.txt}}\n");
  project.write("f.txt", "here");
  project.write("there/f.txt", "over there");
  fs::create_directories(project / "there/inner");
  fs::create_directory_symlink("there/inner", project / "link");
  const Value first = project.run().finished("r");
  CHECK_THAT(project.read(first.at("output").as_string()), Catch::Contains("over there"));
  const auto key = [&](const std::string& path) {
    return project.run({"r.path=" + path}).finished("r").at("key");
  };
  CHECK(key("there/f.txt") == first.at("key"));
  CHECK(key("./link/../inner/../f.txt") == first.at("key"));
  CHECK(key("f.txt") != first.at("key"));
}

TEST_CASE("Files of one name in two folders have each their own history and exports") {
  const Project project("  x: {use: toy.numbers}\n");
  for (const char* file : {"a/exp.yaml", "b/exp.yaml", "q.yaml", "q.yml"})
    project.write(file, kNumbers);
  project({"run", "a/exp.yaml", "n.count=3"});
  project({"run", "b/exp.yaml", "n.count=2"});
  CHECK(action(project, "a/exp.yaml", "n") == R"(run: ["with.count: 3 -> 4"])");
  CHECK(action(project, "b/exp.yaml", "n") == R"(run: ["with.count: 2 -> 4"])");
  CHECK(action(project, "q.yaml", "n") == R"(run: ["it has not finished in an earlier run"])");
  project({"run", "q.yaml", "n.count=7"});
  CHECK(action(project, "q.yml", "n") == R"(run: ["it has not finished in an earlier run"])");
  CHECK(fs::exists(project / "runs/a/exp/latest/s.txt"));
  CHECK(fs::exists(project / "runs/b/exp/latest/s.txt"));
  CHECK(fs::exists(project / "runs/q/latest/s.txt"));
}

TEST_CASE("One file has one history, by whatever path it is named") {
  const Project project("  x: {use: toy.numbers}\n");
  project.write("pipelines/exp.yaml", kNumbers);
  project({"run", "exp", "n.count=3"});
  fs::create_symlink("pipelines/exp.yaml", project / "link.yaml");
  fs::create_directory_symlink("pipelines", project / "folder");
  for (const std::string file : {"exp.yaml", "pipelines/exp.yaml", "./runs/../pipelines/exp",
                                 "link.yaml", "folder/exp.yaml"})
    CHECK(action(project, file, "n") == R"(run: ["with.count: 3 -> 4"])");
  CHECK(action(project, (project / "pipelines/exp.yaml").string(), "n") ==
        R"(run: ["with.count: 3 -> 4"])");
  CHECK(names_in(project / "runs") == std::vector<std::string>{"exp"});
}

TEST_CASE("A file outside of the project keeps apart from those inside") {
  const Project project("  x: {use: toy.numbers}\n"), other(kNumbers.substr(8));
  project.write("p.yaml", kNumbers);
  project({"run", "p.yaml", "n.count=3"});
  const std::string outside = (other / "p.yaml").string();
  CHECK(action(project, outside, "n") == R"(run: ["it has not finished in an earlier run"])");
  CHECK(project({"run", outside, "n.count=2"}).status == 0);
  CHECK(action(project, outside, "n") == R"(run: ["with.count: 2 -> 4"])");
  const auto folders = names_in(project / "runs");
  REQUIRE(folders.size() == 2);
  CHECK(folders[0] == "p");
  CHECK_THAT(folders[1], Catch::StartsWith("p-") && !Catch::Contains("/"));
}

TEST_CASE("A file's exports keep apart from those of others, whatever project the cache is of") {
  const Project here("  x: {use: toy.numbers}\n"), there(kNumbers.substr(8));
  here.write("p.yaml", kNumbers);
  const std::string cache = (there / ".pipeline").string(), outside = (there / "p.yaml").string();
  CHECK(here({"run", "p.yaml", "--cache", cache}).status == 0);
  CHECK(here({"run", outside, "--cache", cache}).status == 0);
  const auto folders = names_in(here / "runs");
  REQUIRE(folders.size() == 2);
  CHECK(folders[0] == "p");
  CHECK_THAT(folders[1], Catch::StartsWith("p-"));
  // From a folder of the project.
  fs::create_directory(there / "sub");
  const Ran ran = run_program({pipeline_binary(), "run", "../p.yaml", "--cache", "../.pipeline"},
                              there / "sub", there.environment());
  CHECK(ran.status == 0);
  CHECK(names_in(there / "sub/runs").size() == 1);
  CHECK(names_in(there / "sub") == std::vector<std::string>{"runs"});
}

TEST_CASE("No pipeline's exports lie where another's last run is found") {
  const Project project("  x: {use: toy.numbers}\n");
  const std::vector<std::string> files =
      GENERATE(values<std::vector<std::string>>({{"a.yaml", "a/latest.yaml", "a/latest/b.yaml"},
                                                 {"a/latest/b.yaml", "a/latest.yaml", "a.yaml"}}));
  for (const std::string& file : files) project.write(file, kNumbers);
  for (const std::string& file : files) CHECK(project({"run", file}).status == 0);
  CHECK(fs::is_symlink(project / "runs/a/latest"));
  CHECK(names_in(project / "runs/a/latest") == std::vector<std::string>{"metrics.json", "s.txt"});
  CHECK(names_in(project / "runs").size() == 3);
}

TEST_CASE("An installed program takes no folder beside it for the pipelines that came with it") {
  const Project project("  x: {use: toy.numbers}\n");
  project.write("pipelines/strange.yaml", kNumbers);
  const fs::path bin = project / "installed/here/bin";
  fs::create_directories(bin);
  fs::copy_file(pipeline_binary(), bin / "pipeline");
  fs::create_directory_symlink(fs::path(pipeline_binary()).parent_path().parent_path() / "lib",
                               project / "installed/here/lib");
  fs::create_directory_symlink("../pipelines", project / "installed/pipelines");
  const Ran ran = run_program({(bin / "pipeline").string(), "plan", "strange"},
                              project / "installed/here", project.environment());
  CHECK(ran.status == 2);
  CHECK_THAT(ran.err, Catch::Contains("strange"));
}

TEST_CASE("Commands that look make no cache, and a missing one is empty") {
  const Project project(kNumbers.substr(8));
  project.write("f.txt", "text");
  project.write("r.yaml", "stages: {r: {use: toy.read, with: {path: f.txt}}}\n");
  const auto before = names_in(project / "");
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"plan", "p.yaml"},
                                             {"status", "p.yaml"},
                                             {"why", "p.yaml", "n"},
                                             {"graph", "p.yaml"},
                                             {"plan", "r.yaml"},
                                             {"plan", "p.yaml", "--cache", "not/there"}}) {
    INFO(words[0]);
    const Ran ran = project(words);
    CHECK(ran.status == 0);
    CHECK(ran.err == "");
  }
  CHECK(names_in(project / "") == before);
}

TEST_CASE("Commands that look change nothing in a cache") {
  const Project project(kNumbers.substr(8));
  project.run();
  fs::remove_all(project / ".pipeline/tmp");
  fs::remove_all(project / ".pipeline/files");
  const auto before = names_in(project / ".pipeline");
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"plan", "p.yaml"},
                                             {"status", "p.yaml"},
                                             {"why", "p.yaml", "n"},
                                             {"graph", "p.yaml"},
                                             {"cache", "ls"},
                                             {"cache", "gc"}})
    CHECK(project(words).status == 0);
  CHECK(names_in(project / ".pipeline") == before);
}

TEST_CASE("A cache spread over two disks is refused before anything runs") {
  struct stat here {
  }, there{};
  const Project project(kNumbers.substr(8));
  if (stat((project / "").c_str(), &here) != 0 || stat("/dev/shm", &there) != 0 ||
      here.st_dev == there.st_dev)
    return;  // there is but one disk
  const std::string folder =
      "/dev/shm/objects-of-" + (project / "").parent_path().filename().string();
  fs::create_directories(folder);
  fs::create_directories(project / ".pipeline");
  fs::create_directory_symlink(folder, project / ".pipeline/objects");
  const Ran ran = project({"run", "p.yaml"});
  fs::remove_all(folder);
  CHECK(ran.status == 2);
  CHECK_THAT(ran.err, Catch::Contains(".pipeline/objects' lies on another file system than") &&
                          Catch::Contains("move the whole cache there"));
  CHECK(project.executions("numbers") == 0);
}

TEST_CASE("What others wrote moves no terminal") {
  const Project project("  w: {use: toy.wrong, with: {how: loud}}\n");
  const std::string clear = "\033[2J\xC2\x9B\x07";
  project.write("plugins/a\033[31m.so", "none");
  auto environment = project.environment();
  environment["PIPELINE_PLUGIN_PATH"].append(":").append(project / "plugins");
  const auto run = [&](std::vector<std::string> words) {
    words.insert(words.begin(), pipeline_binary());
    const Ran ran = run_program(words, project / "", environment);
    INFO(words[1]);
    CHECK((ran.out + ran.err).find_first_of("\033\x07\r") == std::string::npos);
    CHECK((ran.out + ran.err).find("\xC2\x9B") == std::string::npos);
    return ran;
  };
  CHECK_THAT(run({"plugins"}).out, Catch::Contains("a\\x1b[31m NOT LOADED"));
  run({"plugins", "--json"});
  CHECK_THAT(run({"describe", clear}).err, Catch::Contains("'\\x1b[2J\\u009b\\x07'"));
  CHECK_THAT(run({clear}).err, Catch::Contains("there is no command '\\x1b[2J"));
  CHECK_THAT(run({"run", "p.yaml", clear}).err, Catch::Contains("\\x1b[2J"));
  const std::string told = run({"run", "p.yaml"}).out;
  CHECK_THAT(told, Catch::Contains("w: \\x1b[31mred\n  n: ran in 0.1 s\n"));
  CHECK_THAT(told, Catch::Contains("\\x1b[2Jnothing is left\n  error: stage 'n': forged\n"));
  run({"run", "p.yaml", "--json"});
  CHECK_THAT(run({"plan", "none\nerror: forged"}).err, Catch::Contains("'none\\nerror: forged'"));
  CHECK_THAT(run({"cache", "ls", "--cache", clear}).err, Catch::Contains("\\x1b[2J"));
}
