#include "config/identity.h"

#include <catch2/catch.hpp>
#include <set>

#include "files.h"

namespace fs = std::filesystem;
using pipeline::config::identity_in;

TEST_CASE("A pipeline is called by its place in the project") {
  Files files;
  files.write("vae.yaml", "").write("a/exp.yaml", "").write("b/exp.yaml", "");
  files.write("pipelines/conv.yaml", "").write("pipelines/mine/conv.yaml", "");
  CHECK(identity_in(".", "vae.yaml") == "vae");
  CHECK(identity_in(".", "a/exp.yaml") == "a/exp");
  CHECK(identity_in(".", "b/exp.yaml") == "b/exp");
  CHECK(identity_in(".", "pipelines/conv.yaml") == "conv");
  CHECK(identity_in(".", "pipelines/mine/conv.yaml") == "mine/conv");
  CHECK(identity_in("a", "a/exp.yaml") == "exp");
}

TEST_CASE("One file has one name, by whatever path") {
  Files files;
  files.write("a/exp.yaml", "");
  fs::create_symlink("a/exp.yaml", "link.yaml");
  fs::create_directory_symlink("a", "folder");
  fs::create_directory_symlink(files.folder(), "again");
  const std::string path = GENERATE("a/exp.yaml", "./a/../a/exp.yaml", "link.yaml",
                                    "folder/exp.yaml", "folder/../a/exp.yaml");
  CHECK(identity_in(".", path) == "a/exp");
  CHECK(identity_in(files.folder(), files.folder() / path) == "a/exp");
  CHECK(identity_in("again", path) == "a/exp");
}

TEST_CASE("Two files of a project never share a name") {
  Files files;
  std::set<std::string> seen;
  for (const char* name :
       {"q.yaml", "q.yml", "q", "q.", "q..yaml", "q.yaml.yaml", "q.yml.yaml", "q.v2.yaml", "q.v2",
        "q.v2.yml", "pipelines/r.yaml", "r.yaml", "pipelines/q", "pipelines/pipelines/r.yaml"})
    files.write(name, "");
  for (const auto& entry : fs::recursive_directory_iterator("."))
    if (entry.is_regular_file()) {
      INFO(entry.path().string());
      CHECK(seen.insert(identity_in(".", entry.path())).second);
    }
  CHECK(seen.size() == 14);
  CHECK(seen.count("q"));
  CHECK(seen.count("q.yml"));
  CHECK(seen.count("q.v2"));
}

TEST_CASE("A file outside of the project is called by its path") {
  Files files;
  files.write("project/p.yaml", "").write("elsewhere/p.yaml", "");
  fs::create_symlink("../elsewhere/p.yaml", "project/link.yaml");
  CHECK(identity_in("project", "elsewhere/p.yaml") == files.folder() / "elsewhere/p.yaml");
  CHECK(identity_in("project", "project/link.yaml") == files.folder() / "elsewhere/p.yaml");
  CHECK(identity_in("project/not/there", "project/p.yaml") == files.folder() / "project/p.yaml");
}
