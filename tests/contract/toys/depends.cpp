// Toys whose results depend on more than parameters and inputs, and say so.
#include <dlfcn.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "note.h"
#include "pipeline/plugin.h"

namespace {

using namespace pipeline;
namespace fs = std::filesystem;

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// What it reads beside a declared file: one next to it, a folder, a variable.
class Reads : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Reads more than a file.");
    d.param("path", path_, "a file").required();
    d.param("folder", folder_, "the name of a folder beside it");
    d.environment("TOY_WORD", word_, "a word to begin with");
    d.file(path_.file.string() + ".labels", "the labels beside the file");
    if (!folder_.empty())
      d.folder(path_.file.parent_path() / folder_, "the folder beside the file");
    d.output("text", text_, "all of it");
  }
  void preflight(ComponentFactory&) override {}
  void run(Context&) override {
    toys::note("reads");
    std::string text = word_.value_or("(none)") + "|" + content(path_.file) + "|" +
                       content(path_.file.string() + ".labels");
    if (!folder_.empty())
      for (const auto& entry : fs::directory_iterator(path_.file.parent_path() / folder_))
        text += "|" + entry.path().filename().string();
    text_.set({text});
  }

 private:
  Path path_;
  std::string folder_;
  std::optional<std::string> word_;
  Output<Text> text_;
};

/// A file's name.
class Named : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Looks at a file's name.");
    d.param("path", path_, "a file").required().name_counts();
    d.output("text", text_, "its name");
  }
  void preflight(ComponentFactory&) override {}
  void run(Context&) override { text_.set({path_.file.filename().string()}); }

 private:
  Path path_;
  Output<Text> text_;
};

/// A part of another, which says what the whole depends on.
class Word : public Component {
 public:
  static constexpr const char* kKind = "word";
  void declare(Declaration& d) override {
    d.summary("A word of the environment.");
    d.environment("TOY_WORD", word, "the word");
  }
  std::optional<std::string> word;
};

class Says : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Says a word.");
    d.param("word", word_, "which").required();
    d.output("text", text_, "the word");
  }
  void preflight(ComponentFactory&) override {}
  void run(Context&) override {
    toys::note("says");
    text_.set({word_->word.value_or("(none)")});
  }

 private:
  std::unique_ptr<Word> word_;
  Output<Text> text_;
};

/// A number from outside.
class Draws : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Gives a number that nobody declared.");
    d.param("cached", cached_, "for whom").choices({"never", "this_machine"});
    d.cached(cached_ == "never" ? Caching::never : Caching::this_machine, "it asks the world");
    d.output("x", x_, "the number");
  }
  void preflight(ComponentFactory&) override { x_.set_shape({1}); }
  void run(Context&) override {
    toys::note("draws");
    x_.allocate()[0] = std::stof("0" + content(fs::path(std::getenv("TOY_LOG")) += ".number"));
  }

 private:
  std::string cached_ = "never";
  Output<float> x_;
};

/// Code that is loaded while it runs.
class Loads : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Loads a library while it runs.");
    d.param("library", library_, "its file").required();
    d.param("declares", declares_, "whether it says so");
    if (declares_) d.library(library_, "the library that answers");
    d.output("answer", answer_, "what the library says");
  }
  void preflight(ComponentFactory&) override {}
  void run(Context&) override {
    toys::note("loads");
    void* library = dlopen(library_.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw Error(dlerror());
    answer_.set_scalar(reinterpret_cast<int (*)()>(dlsym(library, "answer"))());
  }

 private:
  std::string library_;
  bool declares_ = true;
  Output<std::int32_t> answer_;
};

}  // namespace

PIPELINE_COMPONENT("toy.reads", Reads);
PIPELINE_COMPONENT("toy.named", Named);
PIPELINE_COMPONENT("toy.word", Word);
PIPELINE_COMPONENT("toy.says", Says);
PIPELINE_COMPONENT("toy.draws", Draws);
PIPELINE_COMPONENT("toy.loads", Loads);
