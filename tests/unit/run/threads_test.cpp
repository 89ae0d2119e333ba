#include <algorithm>
#include <catch2/catch.hpp>

#include "run/scheduler.h"
#include "support/process.h"

using namespace pipeline;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;

namespace {

/// Computes each action before start() returns; the scheduler goes on to start what still fits, and
/// hears of the end of any only then.
class ImmediateExecutor : public run::Executor {
 public:
  ImmediateExecutor(cache::Store& store, const run::Cancellation& cancellation,
                    std::vector<int>& threads)
      : store_(store), cancellation_(cancellation), threads_(threads) {}
  void start(run::Action action, Done done) override {
    threads_.push_back(action.threads);
    run::Observer nobody;
    done(run::compute(action, store_, cancellation_, nobody));
  }

 private:
  cache::Store& store_;
  const run::Cancellation& cancellation_;
  std::vector<int>& threads_;
};

struct AtOnce : run::Observer {
  int running = 0, most = 0;
  void stage_started(const std::string&) override { most = std::max(most, ++running); }
  void stage_finished(const run::StageResult&) override { --running; }
};

}  // namespace

TEST_CASE("A stage takes the slots that it names, or one and may use the threads of all") {
  struct {
    int named, threads, at_once;
  } const expected[] = {{0, 4, 4}, {1, 1, 4}, {2, 2, 2}, {3, 3, 1}, {4, 4, 1}, {9, 4, 1}};
  plan::Registry toys({testing::test_plugin("toys")});
  for (const auto& [named, threads, at_once] : expected) {
    const TempFolder folder;
    write_file(folder / "p.yaml",
               "stages: {n: {use: toy.numbers, foreach: {first: [1, 2, 3, 4, 5, 6]}, threads: " +
                   std::to_string(named) + ", with: {first: \"${first}\"}}}\n");
    plan::CheckedPipeline pipeline =
        plan::check(config::load((folder / "p.yaml").string(), {}, {}), toys);
    cache::Store store(folder / "cache");
    const run::Cancellation cancellation;
    AtOnce observer;
    std::vector<int> given;
    const auto executor = [&](cache::Store& to, const run::Cancellation& cancelled,
                              run::Observer&) -> std::unique_ptr<run::Executor> {
      return std::make_unique<ImmediateExecutor>(to, cancelled, given);
    };
    const run::RunResult result =
        run::run(pipeline, store, {4, false, folder / "out", executor}, cancellation, observer);
    INFO("threads: " << named);
    CHECK(result.ok());
    CHECK(given == std::vector<int>(6, threads));
    CHECK(observer.most == at_once);
  }
}
