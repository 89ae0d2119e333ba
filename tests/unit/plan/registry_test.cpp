#include "plan/registry.h"

#include <catch2/catch.hpp>

#include "plan/elf.h"
#include "plan/library_code.h"
#include "plan/schema.h"
#include "support/process.h"
#include "support/sanitizer.h"

using namespace pipeline;
using namespace pipeline::plan;
using pipeline::testing::read_file;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;

namespace {

std::filesystem::path toys() { return testing::test_plugin("toys") / "toys.so"; }

// Compiles a plugin from source text; the descriptor is what the tests are about.
std::filesystem::path compile(const TempFolder& folder, const std::string& name,
                              const std::string& source,
                              const std::vector<std::string>& more = {}) {
  write_file(folder / (name + ".cpp"), source);
  std::vector<std::string> command = {"g++",
                                      "-shared",
                                      "-fPIC",
                                      "-std=c++20",
                                      testing::kSanitizer,
                                      "-Wl,--build-id=sha1",
                                      "-I",
                                      (testing::source_folder() / "framework/sdk/include").string(),
                                      "-o",
                                      name + ".so",
                                      name + ".cpp"};
  command.insert(command.end(), more.begin(), more.end());
  const auto ran = testing::run_program(command, folder.path());
  INFO(ran.err);
  REQUIRE(ran.status == 0);
  return folder / (name + ".so");
}

std::string problem_in(const TempFolder& folder) {
  const Registry registry({folder.path()});
  REQUIRE(registry.plugins().size() == 1);
  return registry.plugins()[0].problem;
}

const std::string kDescriptor = R"(
#include "pipeline/plugin.h"
extern "C" const pipeline::PluginDescriptor pipeline_plugin;
const pipeline::PluginDescriptor pipeline_plugin = {)";

/// A plugin's source whose list of components begins with `head`.
std::string with_components(const std::string& name, const std::string& head) {
  return "#include \"pipeline/plugin.h\"\n"
         "static const pipeline::ComponentEntry* const list = " +
         head + ";\n" + kDescriptor +
         "pipeline::kPluginMagic, pipeline::kSdkVersion, sizeof(pipeline::PluginDescriptor), "
         "pipeline::kToolchain, \"" +
         name + "\", \"1\", &list};";
}

}  // namespace

TEST_CASE("A plugin is loaded with its components and the build ids of its code") {
  const Registry registry({toys().parent_path()});
  REQUIRE(registry.plugins().size() == 1);
  const Plugin& plugin = registry.plugins()[0];
  CHECK(plugin.problem == "");
  CHECK(plugin.name == "toys");
  CHECK(plugin.code.at("toys.so").as_string() == read_elf(toys()).build_id);
  CHECK(plugin.code.at("libpipeline-sdk.so").as_string().size() == 40);
  CHECK(plugin.code.size() == 2);  // the system's libraries are not among them
  CHECK(registry.ids("stage").front() == "toy.draws");
  CHECK(registry.ids("layer").empty());
  CHECK(registry.provider("stage", "toy.sum") == &plugin);
}

TEST_CASE("Files that are no plugins are listed with what is wrong, and stop nobody") {
  const TempFolder folder;
  SECTION("text") {
    write_file(folder / "x.so", "not a library");
    CHECK(problem_in(folder) == "is no shared library (no ELF header)");
  }
  SECTION("empty") {
    write_file(folder / "x.so", "");
    CHECK_THAT(problem_in(folder), Catch::Contains("is cut short"));
  }
  SECTION("cut short") {
    const std::string whole = read_file(toys());
    write_file(folder / "x.so", whole.substr(0, whole.size() / 2));
    CHECK_THAT(problem_in(folder), Catch::Contains("is cut short"));
  }
  SECTION("a program") {
    std::filesystem::copy_file("/bin/true", folder / "x.so");
    CHECK(problem_in(folder) != "");
  }
  SECTION("a library without the symbol") {
    compile(folder, "x", "int nothing;");
    CHECK_THAT(problem_in(folder), Catch::Contains("exports no symbol 'pipeline_plugin'"));
  }
}

TEST_CASE("A plugin of another SDK, or of another compiler, is refused with both names") {
  const TempFolder folder;
  SECTION("version") {
    compile(folder, "x",
            kDescriptor +
                "pipeline::kPluginMagic, 999, sizeof(pipeline::PluginDescriptor), "
                "pipeline::kToolchain, \"x\", \"1\", nullptr};");
    CHECK_THAT(problem_in(folder),
               Catch::Contains("built for version 999 of the SDK, this program has version " +
                               std::to_string(kSdkVersion)));
  }
  SECTION("compiler") {
    compile(folder, "x",
            kDescriptor +
                "pipeline::kPluginMagic, pipeline::kSdkVersion, "
                "sizeof(pipeline::PluginDescriptor), \"MSVC 19\", \"x\", \"1\", nullptr};");
    CHECK_THAT(problem_in(folder),
               Catch::Contains("built with [MSVC 19], this program with [GCC "));
  }
  SECTION("magic") {
    compile(folder, "x",
            kDescriptor +
                "1, pipeline::kSdkVersion, sizeof(pipeline::PluginDescriptor), "
                "pipeline::kToolchain, \"x\", \"1\", nullptr};");
    CHECK_THAT(problem_in(folder), Catch::Contains("not one of a plugin"));
  }
}

TEST_CASE("A component's id belongs to one plugin") {
  const TempFolder folder;
  std::filesystem::copy_file(toys(), folder / "a.so");
  std::filesystem::copy_file(toys(), folder / "b.so");
  const Registry registry({folder.path()});
  REQUIRE(registry.plugins().size() == 2);
  CHECK(registry.plugins()[0].problem == "");
  CHECK_THAT(registry.plugins()[1].problem,
             Catch::Contains("is one of " + (folder / "a.so").string()));
}

TEST_CASE("A folder of PIPELINE_PLUGIN_PATH that is not there is listed with what is wrong") {
  const TempFolder folder;
  write_file(folder / "file", "");
  const Registry registry({folder / "missing", folder / "file", toys().parent_path()});
  REQUIRE(registry.plugins().size() == 3);
  CHECK(registry.plugins()[0].problem == "there is no such folder; PIPELINE_PLUGIN_PATH names it");
  CHECK(registry.plugins()[1].problem == registry.plugins()[0].problem);
  CHECK(registry.plugins()[2].problem == "");
  CHECK_THAT(registry.broken_note(), Catch::Contains((folder / "missing").string()) &&
                                         Catch::Contains("there is no such folder"));
}

TEST_CASE("Two plugins of one file name stay apart in the names of their code") {
  const TempFolder folder;
  for (const std::string name : {"one", "two"}) {
    const auto made = compile(folder, name, with_components(name, "nullptr"));
    std::filesystem::create_directory(folder / ("in_" + name));
    std::filesystem::rename(made, folder / ("in_" + name) / "x.so");
  }
  const Registry registry({folder / "in_one", folder / "in_two"});
  REQUIRE(registry.plugins().size() == 2);
  for (const Plugin& plugin : registry.plugins()) {
    CHECK(plugin.problem == "");
    CHECK(plugin.code.count(plugin.name + " (x.so)") == 1);
  }
}

TEST_CASE("A plugin that gives one id to two components is refused") {
  const TempFolder folder;
  compile(folder, "x",
          "#include \"pipeline/plugin.h\"\n"
          "static const pipeline::ComponentEntry first = {\"stage\", \"a\", nullptr, nullptr};\n"
          "static const pipeline::ComponentEntry second = {\"stage\", \"a\", nullptr, &first};\n" +
              with_components("x", "&second"));
  CHECK(problem_in(folder) == "it has two of its stage 'a'; give one another name");
}

TEST_CASE("A component that cannot be described does not keep others from it") {
  const TempFolder folder;
  compile(folder, "x", R"(
#include "pipeline/plugin.h"
struct Thrower : pipeline::Stage {
  void declare(pipeline::Declaration&) override { throw pipeline::Error("not today"); }
  void preflight(pipeline::ComponentFactory&) override {}
  void run(pipeline::Context&) override {}
};
struct Number : Thrower {
  Number() { throw 42; }
};
PIPELINE_COMPONENT("x.thrower", Thrower);
PIPELINE_COMPONENT("x.number", Number);
PIPELINE_PLUGIN("x", "1");
)");
  Registry registry({folder.path(), toys().parent_path()});
  CHECK(registry.plugins()[0].problem == "");
  CHECK(describe(registry, "stage", "x.thrower").at("problem") == Value("not today"));
  CHECK(describe(registry, "stage", "x.number").at("problem") ==
        Value("it threw something that is no std::exception"));
  CHECK_FALSE(describe(registry, "stage", "toy.sum").has("problem"));
  const Value definitions = file_schema(registry).at("$defs");
  CHECK(definitions.at("stage:toy.sum").at("properties").has("in"));
  // Nothing is known of its ports and parameters, so nothing may be wrong with them.
  CHECK(definitions.at("stage:x.thrower").to_json() ==
        R"({"description":"cannot be described: not today"})");
}

TEST_CASE("Libraries in the system's folders are the system's, and no others") {
  for (const char* file : {"/lib/libm.so.6", "/usr/lib/x86_64-linux-gnu/libtbb.so.12",
                           "/lib64/ld-linux-x86-64.so.2", "/usr/lib32/libc.so.6"}) {
    INFO(file);
    CHECK(plan::is_system_library(file));
  }
  for (const char* file :
       {"/library/team/libfeatures.so", "/libs/libfeatures.so", "/usr/libexec/tool/libtool.so",
        "/usr/local/lib/libours.so", "/home/me/lib/libmine.so", "lib/libhere.so", "/lib"}) {
    INFO(file);
    CHECK_FALSE(plan::is_system_library(file));
  }
}

TEST_CASE("The code of a library that is linked by its path, or has another soname, counts") {
  const TempFolder folder;
  write_file(folder / "help.cpp", "int help() { return 1; }");
  const std::string soname = GENERATE("", "libother.so.1");
  std::vector<std::string> command = {"g++", "-shared",    "-fPIC",   "-Wl,--build-id=sha1",
                                      "-o",  "libhelp.so", "help.cpp"};
  if (!soname.empty()) command.push_back("-Wl,-soname," + soname);
  REQUIRE(testing::run_program(command, folder.path()).status == 0);
  // The loader looks for the soname, and the library's own file is a link from it.
  if (!soname.empty()) std::filesystem::create_symlink("libhelp.so", folder / soname);
  compile(folder, "x", "int help();\nint used = help();\n" + with_components("x", "nullptr"),
          {(folder / "libhelp.so").string(), "-Wl,-rpath," + folder.path().string()});
  std::filesystem::remove(folder / "x.cpp");
  const Registry registry({folder.path()});
  for (const Plugin& plugin : registry.plugins()) {
    if (plugin.name != "x") continue;
    CHECK(plugin.problem == "");
    CHECK(plugin.code.count(soname.empty() ? "libhelp.so" : soname) == 1);
  }
}

TEST_CASE("A note of another owner is no build id") {
  const TempFolder folder;
  std::string whole = read_file(toys());
  const std::string owner("\x14\0\0\0\x03\0\0\0GNU\0", 12);  // size 20, type 3, owner
  const auto at = whole.find(owner);
  REQUIRE(at != std::string::npos);
  whole[at + 8] = 'X';
  write_file(folder / "x.so", whole);
  CHECK(read_elf(folder / "x.so").build_id == "");
}

TEST_CASE(
    "ELF files that were damaged anywhere in their headers are refused or read, without a crash") {
  const TempFolder folder;
  const std::string whole = read_file(toys());
  for (std::size_t at = 0; at < 2000; at += 3)
    for (const char bits : {'\x01', '\x80', '\xff'}) {
      std::string damaged = whole;
      damaged[at] ^= bits;
      write_file(folder / "x.so", damaged);
      try {
        read_elf(folder / "x.so");
      } catch (const Error&) {}
    }
  SUCCEED();
}
