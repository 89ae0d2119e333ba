#include "pipeline/paths.h"

#include <catch2/catch.hpp>
#include <cstdlib>

namespace fs = std::filesystem;
using pipeline::tidied;

namespace {

/// `real/inner`, and `link`, which leads to it.
class Tree {
 public:
  Tree() {
    std::string name = (fs::temp_directory_path() / "paths-XXXXXX").string();
    root_ = fs::canonical(mkdtemp(name.data()));
    fs::create_directories(root_ / "real/inner");
    fs::create_directory_symlink("real/inner", root_ / "link");
  }
  ~Tree() { fs::remove_all(root_); }
  Tree(const Tree&) = delete;
  const fs::path& root() const { return root_; }

 private:
  fs::path root_;
};

}  // namespace

TEST_CASE("What a folder and '..' say twice is taken out of a path") {
  const Tree tree;
  const fs::path root = tree.root();
  CHECK(tidied(root / "real/../a") == root / "a");
  CHECK(tidied(root / "./real//inner/../../a/.") == root / "a");
  CHECK(tidied("./a/b") == "a/b");
  CHECK(tidied("../a") == "../a");
  CHECK(tidied("./..") == "..");
  CHECK(tidied(".") == ".");
  CHECK(tidied("/../a") == "/a");
}

TEST_CASE("Behind a link '..' stays, since it leads elsewhere") {
  const Tree tree;
  const fs::path root = tree.root();
  CHECK(tidied(root / "link/../a") == root / "link/../a");
  CHECK(tidied(root / "link/../inner/../a") == root / "link/../a");
  CHECK(tidied(root / "none/../a") == root / "none/../a");
  CHECK(fs::equivalent(tidied(root / "link/.."), root / "real"));
  CHECK(fs::equivalent(tidied(root / "real/inner/../../link/../inner"), root / "real/inner"));
}

TEST_CASE("An absolute path needs a working directory only for a relative one") {
  const fs::path before = fs::current_path();
  {
    const Tree tree;
    fs::current_path(tree.root());
    CHECK(pipeline::absolute_path("real/../a") == tree.root() / "a");
  }
  CHECK(pipeline::absolute_path("a/b") == "a/b");
  CHECK(pipeline::absolute_path("/a") == "/a");
  fs::current_path(before);
}
