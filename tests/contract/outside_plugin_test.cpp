// A plugin outside this tree, made by the README's words alone: its code and its build file are cut
// out of README.md, so that the instructions cannot rot.
#include <catch2/catch.hpp>

#include "contract/project.h"
#include "support/sanitizer.h"

using namespace pipeline;
using namespace pipeline::testing;

namespace {

/// The first fenced block of a language in a text.
std::string fenced(const std::string& text, const std::string& language) {
  const std::string fence = "```" + language + "\n";
  const auto begin = text.find(fence);
  REQUIRE(begin != std::string::npos);
  const auto end = text.find("```", begin + fence.size());
  return text.substr(begin + fence.size(), end - begin - fence.size());
}

void succeed(const std::vector<std::string>& command, const std::filesystem::path& folder) {
  const Ran ran = run_program(command, folder);
  INFO(ran.out << ran.err);
  REQUIRE(ran.status == 0);
}

/// A layer as a third party writes it.
const char* kLeakyRelu = R"(
#include <pipeline/nn/layer.h>
#include <pipeline/plugin.h>

using namespace pipeline;
using namespace pipeline::nn;

/// y = x where x > 0, slope * x elsewhere (Maas, Hannun and Ng, 2013).
class LeakyRelu : public Layer {
 public:
  void declare(Declaration& d) override {
    d.summary("Lets a share of what is negative through.");
    d.param("slope", slope_, "the share").range(0, 1);
  }
  Shape build(const std::vector<Shape>& inputs, Builder&) override { return inputs.at(0); }
  void forward(const ForwardBlock& b) const override {
    map(b.y, [&](float x) { return x > 0 ? x : slope_ * x; }, b.x[0]);
  }
  void backward(const BackwardBlock& b) const override {
    if (b.dx[0])
      map(b.dx[0], [&](float d, float x) { return x > 0 ? d : slope_ * d; }, ConstBlock(b.dy), b.x[0]);
  }

 private:
  float slope_ = 0.1f;
};

PIPELINE_COMPONENT("my.leaky_relu", LeakyRelu);
)";

/// One whose class has the name, namespace and all, of a layer that others do the work of.
const char* kOtherConv2d = R"(
#include <array>
#include <pipeline/nn/layer.h>
#include <pipeline/plugin.h>

namespace pipeline::layers {

class Conv2d : public nn::Layer {
 public:
  Conv2d() { table_.fill(1); }
  void declare(Declaration& d) override { d.summary("The larger of 0 and x."); }
  Shape build(const std::vector<Shape>& inputs, nn::Builder&) override { return inputs.at(0); }
  void forward(const nn::ForwardBlock& b) const override {
    nn::map(b.y, [](float x) { return x > 0 ? x : 0; }, b.x[0]);
  }
  void backward(const nn::BackwardBlock& b) const override {
    if (b.dx[0])
      nn::map(b.dx[0], [](float d, float y) { return y > 0 ? d : 0; }, nn::ConstBlock(b.dy), b.y);
  }
  nn::Activation activation() const override { return nn::Activation::relu; }

 private:
  std::array<int, 256> table_;
};

}  // namespace pipeline::layers

PIPELINE_COMPONENT("my.conv2d", pipeline::layers::Conv2d);
)";

}  // namespace

TEST_CASE("A plugin outside the tree adds a stage and a layer by the README's instructions",
          "[slow]") {
  const TempFolder folder;
  const std::filesystem::path build =
      std::filesystem::path(pipeline_binary()).parent_path().parent_path();
  const std::string prefix = folder / "prefix";
  succeed({"cmake", "--install", build.string(), "--prefix", prefix}, folder.path());

  const std::string readme = read_file(source_folder() / "README.md");
  const std::string cmake = fenced(readme, "cmake");
  const std::string call = "pipeline_plugin(my_plugin)";
  REQUIRE(cmake.find(call) != std::string::npos);
  write_file(folder / "my_plugin/my_plugin.cpp", fenced(readme, "cpp"));
  write_file(folder / "my_plugin/leaky_relu.cpp", kLeakyRelu);
  write_file(folder / "my_plugin/conv2d.cpp", kOtherConv2d);
  write_file(folder / "my_plugin/CMakeLists.txt",
             cmake.substr(0, cmake.find(call)) + "pipeline_plugin(my_plugin LINK pipeline::nn)\n");
  succeed({"cmake", "-S", "my_plugin", "-B", "my_plugin/build", "-DCMAKE_PREFIX_PATH=" + prefix,
           std::string("-DCMAKE_CXX_FLAGS=") + kSanitizer},
          folder.path());
  succeed({"cmake", "--build", "my_plugin/build"}, folder.path());

  const std::map<std::string, std::string> environment = {
      {"PIPELINE_PLUGIN_PATH", folder / "my_plugin/build"}};
  const std::string pipeline = prefix + "/bin/pipeline";
  write_file(folder / "my.yaml", fenced(readme, "yaml"));
  CHECK_THAT(run_program({pipeline, "run", "my.yaml", "--json"}, folder.path(), environment).out,
             Catch::Contains("\"ran\":2"));

  write_file(folder / "my.yaml", R"(
stages:
  data: {use: data.digits, with: {train: 64, test: 16}}
  scaled: {use: my.scale, in: {x: data.train_images}, with: {factor: 0.5}}
  fit:
    use: train.fit
    in: {train: scaled}
    with:
      epochs: 2
      optimizer: adam
      model:
        autoencoder:
          encoder:
            [my.conv2d, max_pool2d, flatten, {dense: {units: 8}}, {my.leaky_relu: {slope: 0.2}}]
          decoder: [{dense: {units: 784, activation: sigmoid}}, {reshape: {shape: [1, 28, 28]}}]
  test: {use: train.evaluate, in: {model: fit.model, x: data.test_images}}
)");
  const Ran ran = run_program({pipeline, "run", "my.yaml", "--json"}, folder.path(), environment);
  INFO(ran.out << ran.err);
  REQUIRE(ran.status == 0);
  CHECK_THAT(ran.out, Catch::Contains("\"ran\":4"));
  CHECK_THAT(run_program({pipeline, "describe", "my.leaky_relu"}, folder.path(), environment).out,
             Catch::Contains("slope"));

  // Other code in the plugin runs its component's stages again, and what they change.
  std::string source = read_file(folder / "my_plugin/leaky_relu.cpp");
  source.replace(source.find("x > 0 ? x : slope_ * x"), 22, "x > 1 ? x : slope_ * x");
  write_file(folder / "my_plugin/leaky_relu.cpp", source);
  succeed({"cmake", "--build", "my_plugin/build"}, folder.path());
  const Ran again = run_program({pipeline, "run", "my.yaml", "--json"}, folder.path(), environment);
  // `data` is another plugin's; `scaled` ran, gave the same, and did not by itself touch `fit`,
  // whose layer's code did.
  CHECK_THAT(again.out, Catch::Contains("\"ran\":3") && Catch::Contains("\"cached\":1"));
}
