// What a plugin's own tests run its stages with keeps the promises of Context.
#include <catch2/catch.hpp>
#include <latch>
#include <set>
#include <thread>

#include "pipeline/testing.h"

using namespace pipeline;

namespace {

constexpr int kThreads = 8, kLines = 20000;

/// Its threads do at once what a stage may ask of the run.
class Chorus : public Stage {
 public:
  void declare(Declaration& d) override { d.summary("Many voices at once."); }
  void preflight(ComponentFactory&) override {}
  void run(Context& context) override {
    std::latch all_there(kThreads);
    std::vector<std::thread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&context, &all_there, t] {
        const std::string line = "thread " + std::to_string(t) + " says a line that is not short";
        const Artifact state{"array", {}, {{"", Array::scalar<double>(t)}}};
        all_there.arrive_and_wait();
        for (int i = 0; i < kLines; ++i) {
          context.log(line);
          context.progress(i, kLines);
          context.save_checkpoint(state);
          context.load_checkpoint();
          context.cancelled();
        }
      });
    for (std::thread& thread : threads) thread.join();
  }
};
PIPELINE_COMPONENT("chorus", Chorus);

}  // namespace

TEST_CASE("A stage's threads may call its context at once, in its tests, too") {
  testing::Components components;
  testing::StageRun stage(components, "chorus");
  stage.run();
  CHECK(stage.log().size() == kThreads * kLines);
  CHECK(std::set<std::string>(stage.log().begin(), stage.log().end()).size() == kThreads);
  CHECK(stage.checkpoint().has_value());
}
