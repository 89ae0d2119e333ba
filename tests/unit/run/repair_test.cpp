#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <utility>

#include "cache/record_text.h"
#include "cache/verify.h"
#include "run/exporter.h"
#include "run/scheduler.h"
#include "support/process.h"
#include "unit/cache/forked.h"

using namespace pipeline;
using cache::testing::Forked;
using pipeline::testing::read_file;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
namespace fs = std::filesystem;

namespace {

/// Three stages, each below the one before it.
class Chain {
 public:
  Chain() : toys_({testing::test_plugin("toys")}), store(folder_ / "cache") {
    write_file(folder_ / "p.yaml", R"(stages:
  n: {use: toy.numbers, with: {count: 5, first: 3}}
  r: {use: toy.round, in: {x: n}, with: {step: 2}}
  s: {use: toy.sum, in: {x: r}}
)");
  }
  run::RunResult operator()(run::MakeExecutor executor = run::make_local_executor,
                            run::Check check = run::Check::structure) {
    plan::CheckedPipeline pipeline =
        plan::check(config::load((folder_ / "p.yaml").string(), {}, {}), toys_);
    run::Observer nobody;
    return run::run(pipeline, store, {2, false, folder_ / "out", std::move(executor), check},
                    run::Cancellation(), nobody);
  }
  fs::path record_of(const std::string& key) const {
    return folder_ / "cache/records" / key.substr(0, 2) / (key + ".json");
  }
  const fs::path out() const { return folder_ / "out"; }

 private:
  TempFolder folder_;
  plan::Registry toys_;

 public:
  cache::Store store;
};

/// Computes here and now, and flips a bit of each input first: a disk that never gives back what
/// was written to it.
class BadDisk : public run::Executor {
 public:
  BadDisk(cache::Store& store, const run::Cancellation& cancellation)
      : store_(store), cancellation_(cancellation) {}
  void start(run::Action action, Done done) override {
    for (const auto& [port, record] : action.producers) {
      const fs::path file = store_.file_of(record.key);
      std::string bytes = read_file(file);
      const auto& array = record.outputs.at(action.outputs.at(port)).arrays.at("");
      bytes.at(array.offset) = char(bytes[array.offset] ^ 1);
      write_file(file, bytes);
    }
    run::Observer nobody;
    done(run::compute(action, store_, cancellation_, nobody));
  }

 private:
  cache::Store& store_;
  const run::Cancellation& cancellation_;
};

/// Computes here and now. When a stage's inputs have been loaded and checked, their files are cut:
/// once, as by somebody who copies over them.
class CutsOnce : public run::Executor {
 public:
  CutsOnce(cache::Store& store, const run::Cancellation& cancellation)
      : store_(store), cancellation_(cancellation) {}
  void start(run::Action action, Done done) override {
    Cutter cutter(*this, action);
    done(run::compute(action, store_, cancellation_, cutter));
  }

 private:
  class Cutter : public run::Observer {
   public:
    Cutter(CutsOnce& executor, const run::Action& action) : executor_(executor), action_(action) {}
    void stage_inputs_checked(const std::string&) override {
      if (action_.producers.empty() || std::exchange(executor_.done_, true)) return;
      for (const auto& [port, record] : action_.producers)
        fs::resize_file(executor_.store_.file_of(record.key), 0);
    }

   private:
    CutsOnce& executor_;
    const run::Action& action_;
  };

  cache::Store& store_;
  const run::Cancellation& cancellation_;
  bool done_ = false;
};

}  // namespace

TEST_CASE("Nothing is kept of an input that was cut while the stage read it") {
  Chain chain, undisturbed;
  const run::RunResult result =
      chain([](cache::Store& store, const run::Cancellation& cancelled, run::Observer&) {
        return std::make_unique<CutsOnce>(store, cancelled);
      });
  CHECK(result.ok());
  CHECK(cache::verify(chain.store).empty());
  for (const run::StageResult& stage : undisturbed().stages) {
    const auto record = chain.store.find(stage.key);
    REQUIRE(record);  // under the very keys, which the digests of the inputs make
    CHECK(chain.store.has_file(*record));
  }
}

TEST_CASE("Damage that comes back at every attempt fails the stage and ends the run") {
  Chain chain;
  const run::RunResult result =
      chain([](cache::Store& store, const run::Cancellation& cancelled, run::Observer&) {
        return std::make_unique<BadDisk>(store, cancelled);
      });
  CHECK(result.stages[0].state == run::State::ran);
  CHECK(result.stages[1].state == run::State::failed);
  CHECK_THAT(result.stages[1].message,
             Catch::Contains("the result of stage 'n' was lost") &&
                 Catch::Contains("came back 3 times: is the disk failing?"));
  CHECK(result.stages[2].state == run::State::skipped);
}

TEST_CASE("A record that its stage cannot have given is none") {
  Chain chain;
  const run::RunResult first = chain();
  const auto forge = [&](std::size_t stage, auto change) {
    cache::Record record = *chain.store.find(first.stages[stage].key);
    change(record.outputs);
    write_file(chain.record_of(record.key), cache::seal(cache::to_value(record)));
  };
  SECTION("without an output") {
    forge(1, [](auto& outputs) { outputs.clear(); });
  }
  SECTION("with another type") {
    forge(1, [](auto& outputs) { outputs.at("y").type = "text"; });
  }
  SECTION("with another shape") {
    forge(1, [](auto& outputs) { outputs.at("y").arrays.at("").shape = {7}; });
  }
  SECTION("without its array") {
    forge(1, [](auto& outputs) { outputs.at("y").arrays.clear(); });
  }
  const run::RunResult second = chain();
  CHECK(second.ok());
  CHECK(second.stages[0].state == run::State::cached);
  CHECK(second.stages[1].state == run::State::ran);
  CHECK(second.stages[2].state == run::State::cached);
}

TEST_CASE("Asked to, a run reads every byte of what it hands out from the cache") {
  Chain chain;
  const run::RunResult first = chain();
  const cache::Record record = *chain.store.find(first.stages[1].key);
  const std::uint64_t value = record.outputs.at("y").arrays.at("").offset;
  std::string bytes = read_file(first.stages[1].output);
  bytes.at(value) = char(bytes[value] ^ 1);
  write_file(first.stages[1].output, bytes);
  CHECK(chain().stages[1].output == first.stages[1].output);  // nobody looked
  const run::RunResult looked = chain(run::make_local_executor, run::Check::all);
  CHECK(looked.ok());
  CHECK(looked.stages[1].state == run::State::cached);
  CHECK(looked.stages[1].output == "");
}

TEST_CASE("An export that the disk cuts leaves nothing under its name") {
  Chain chain;
  const run::RunResult result = chain();
  const cache::Record record = *chain.store.find(result.stages[2].key);
  const fs::path folder = chain.out() / "cut";
  Forked writer([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit few{4, 4};
    setrlimit(RLIMIT_FSIZE, &few);
    config::Stage stage;
    stage.name = "s";
    run::Exporter exporter(folder, chain.store, {stage});
    try {
      exporter.write("s", record);
    } catch (const Error& error) {
      return std::string(error.what()).find("s.txt': File too large") != std::string::npos;
    }
    return false;
  });
  CHECK(writer.wait() == 0);
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    CHECK_FALSE(entry.is_regular_file());
}
