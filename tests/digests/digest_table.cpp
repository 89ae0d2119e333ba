// digest_table THREADS FILE [key=value…]: a line for each stage of a pipeline file, "FILE/STAGE
// DIGEST", with a digest of all that it gives, computed with so many threads and, as everywhere,
// with the instruction set that PIPELINE_SIMD names. Then a line "# KIND ID" for each component
// that took part. Stages that draw with gnuplot are left out. digests_test.cpp compares the lines.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <stdexcept>

#include "cache/digest.h"
#include "config/config.h"
#include "pipeline/testing.h"

using namespace pipeline;

namespace {

/// Every plugin's components; notes which are made.
class Noting : public testing::Components {
 public:
  Noting() : Components(testing::built_plugins()) {}
  const std::set<std::pair<std::string, std::string>>& made() const { return made_; }

 protected:
  std::unique_ptr<Component> create(std::string_view kind, std::string_view id) override {
    made_.emplace(kind, id);
    return Components::create(kind, id);
  }

 private:
  std::set<std::pair<std::string, std::string>> made_;
};

/// The stages of a file, each run once, after those that it reads.
class Stages {
 public:
  Stages(const config::Pipeline& pipeline, int threads) : pipeline_(pipeline), threads_(threads) {}

  const std::map<std::string, Artifact>& outputs(const std::string& name) {
    if (const auto found = outputs_.find(name); found != outputs_.end()) return found->second;
    const config::Stage& stage = named(name);
    testing::StageRun run(components_, stage.use, stage.with.value().as_map());
    run.threads(threads_);
    for (const auto& [port, input] : stage.inputs)
      for (const config::Reference& from : input.references) {
        const auto& given = outputs(from.stage);
        const auto output = from.port.empty() ? given.begin() : given.find(from.port);
        if (output == given.end() || (from.port.empty() && given.size() != 1))
          throw std::runtime_error("stage '" + name + "' reads " + from.stage + "." + from.port +
                                   ", which is not there, or is not one");
        const Artifact& artifact = output->second;
        if (input.is_list) run.item(port, artifact, named(from.stage).foreach);
        else run.input(port, artifact, infos_[from.stage][output->first]);
      }
    for (const auto& [port, spec] : run.preflight()) infos_[name][port] = spec.info;
    return outputs_[name] = run.run();
  }
  const Noting& components() const { return components_; }

 private:
  const config::Stage& named(const std::string& name) const {
    for (const config::Stage& stage : pipeline_.stages)
      if (stage.name == name) return stage;
    throw std::runtime_error("there is no stage '" + name + "'");
  }

  const config::Pipeline& pipeline_;
  int threads_;
  Noting components_;
  std::map<std::string, std::map<std::string, Artifact>> outputs_;
  std::map<std::string, std::map<std::string, Value>> infos_;
};

/// Of arrays alone where there are any: what describes a model beside its weights may change.
std::string digest_of(const std::map<std::string, Artifact>& outputs) {
  std::string all;
  for (auto [port, artifact] : outputs) {
    if (!artifact.arrays.empty()) artifact.attributes = {};
    all += port + cache::digest_of(artifact);
  }
  return cache::digest_of(all).substr(0, 16);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 3) throw std::runtime_error("expected THREADS FILE [key=value…]");
  const config::Pipeline pipeline = config::load(argv[2], {argv + 3, argv + argc}, {});
  const std::string file = std::filesystem::path(argv[2]).stem();
  Stages stages(pipeline, std::atoi(argv[1]));
  for (const config::Stage& stage : pipeline.stages)
    if (!stage.use.starts_with("plot."))
      std::printf("%s/%s %s\n", file.c_str(), stage.name.c_str(),
                  digest_of(stages.outputs(stage.name)).c_str());
  for (const auto& [kind, id] : stages.components().made())
    std::printf("# %s %s\n", kind.c_str(), id.c_str());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "digest_table: %s\n", error.what());
  return 1;
}
