#include "plan/registry.h"

#include <catch2/catch.hpp>

#include "plan/elf.h"
#include "support/process.h"

using namespace pipeline;
using namespace pipeline::plan;
using pipeline::testing::read_file;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;

namespace {

std::filesystem::path toys() {
  return std::filesystem::path(testing::pipeline_binary()).parent_path() / "../tests/toys/toys.so";
}

// Compiles a plugin from source text; the descriptor is what the tests are about.
std::filesystem::path compile(const TempFolder& folder, const std::string& name,
                              const std::string& source) {
  write_file(folder / (name + ".cpp"), source);
  const auto ran =
      testing::run_program({"g++", "-shared", "-fPIC", "-std=c++20", "-Wl,--build-id=sha1", "-I",
                            (testing::source_folder() / "framework/sdk/include").string(), "-o",
                            name + ".so", name + ".cpp"},
                           folder.path());
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
  CHECK(registry.ids("stage").front() == "toy.numbers");
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
               Catch::Contains("built for version 999 of the SDK, this program has version 1"));
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
