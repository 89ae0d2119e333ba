#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "run/scheduler.h"
#include "support/process.h"

using namespace pipeline;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;

namespace {

/// A child of this process for each action. All that comes back from it is its exit status: inputs
/// and results go through the store.
class ForkingExecutor : public run::Executor {
 public:
  ForkingExecutor(cache::Store& store, const run::Cancellation& cancellation)
      : store_(store), cancellation_(cancellation) {}

  void start(run::Action action, Done done) override {
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      run::Observer nobody;
      const run::Outcome outcome = run::compute(action, store_, cancellation_, nobody);
      _exit(std::holds_alternative<run::Finished>(outcome) ? 0 : 1);
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    if (const auto record = store_.find(action.key); record && status == 0)
      done(run::Finished{*record, true, record->seconds});
    else done(run::Failed{"the child failed", {}, 0});
  }

 private:
  cache::Store& store_;
  const run::Cancellation& cancellation_;
};

/// Computes here and now. Meanwhile another, who takes this one for dead, does the same.
class Overtaken : public run::Executor {
 public:
  Overtaken(cache::Store& store, const run::Cancellation& cancellation)
      : store_(store), cancellation_(cancellation) {}

  void start(run::Action action, Done done) override {
    Other other(*this, action);
    done(run::compute(action, store_, cancellation_, other));
  }

 private:
  struct Other : run::Observer {
    Other(Overtaken& executor, const run::Action& action) : executor(executor), action(action) {}
    void stage_inputs_checked(const std::string&) override {
      std::filesystem::remove(executor.store_.root() / "locks" / action.key);
      cache::Store theirs(executor.store_.root());
      run::Observer nobody;
      run::compute(action, theirs, executor.cancellation_, nobody);
    }
    Overtaken& executor;
    const run::Action& action;
  };

  cache::Store& store_;
  const run::Cancellation& cancellation_;
};

}  // namespace

TEST_CASE("Another executor computes a run's actions through the store alone") {
  const TempFolder folder;
  write_file(folder / "p.yaml", R"(stages:
  n: {use: toy.numbers, with: {count: 5, first: 3}}
  r: {use: toy.round, in: {x: n}, with: {step: 2}}
  s: {use: toy.sum, in: {x: r, more: n}}
)");
  plan::Registry toys({testing::test_plugin("toys")});
  const run::Cancellation cancellation;
  run::Observer nobody;
  const auto results_of = [&](const std::string& cache, run::MakeExecutor executor) {
    plan::CheckedPipeline pipeline =
        plan::check(config::load((folder / "p.yaml").string(), {}, {}), toys);
    cache::Store store(folder / cache);
    return run::run(pipeline, store, {1, false, folder / "out", std::move(executor)}, cancellation,
                    nobody);
  };

  int made = 0;
  const run::RunResult forked =
      results_of("forked",
                 [&](cache::Store& store, const run::Cancellation& cancelled,
                     run::Observer&) -> std::unique_ptr<run::Executor> {
                   ++made;
                   return std::make_unique<ForkingExecutor>(store, cancelled);
                 });
  const run::RunResult local = results_of("local", run::make_local_executor);

  CHECK(made == 1);
  REQUIRE(forked.ok());
  CHECK(forked.count(run::State::ran) == 3);
  // 3 + 4 + 5 + 6 + 7, and the same rounded to multiples of 2: 4 + 4 + 6 + 6 + 8
  CHECK(forked.metrics == std::vector<run::Metric>{{"s.total", 53.0}});
  CHECK(forked.metrics == local.metrics);
  for (std::size_t i = 0; i < forked.stages.size(); ++i)
    CHECK(testing::read_file(forked.stages[i].output) ==
          testing::read_file(local.stages[i].output));
}

TEST_CASE("Who was overtaken while he computed takes what his successor has stored") {
  const TempFolder folder;
  write_file(folder / "p.yaml", "stages: {n: {use: toy.numbers, with: {count: 5}}}\n");
  plan::Registry toys({testing::test_plugin("toys")});
  plan::CheckedPipeline pipeline =
      plan::check(config::load((folder / "p.yaml").string(), {}, {}), toys);
  cache::Store store(folder / "cache");
  run::Observer nobody;
  const run::RunResult result =
      run::run(pipeline, store,
               {1, false, folder / "out",
                [](cache::Store& store, const run::Cancellation& cancelled, run::Observer&) {
                  return std::make_unique<Overtaken>(store, cancelled);
                }},
               run::Cancellation(), nobody);
  CHECK(result.ok());
  CHECK(result.count(run::State::cached) == 1);  // and 1 ran if he had stored it once more
}
