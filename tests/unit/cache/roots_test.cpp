#include "cache/roots.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>
#include <functional>
#include <mutex>

#include "cache/gc.h"
#include "cache/listing.h"
#include "cache/pins.h"
#include "cache/record_text.h"
#include "cache/verify.h"
#include "support/process.h"
#include "unit/cache/forked.h"
#include "unit/cache/samples.h"

// What gc keeps: nothing that a run reaches is taken, whatever happens in which order.

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::read_file;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::array_artifact;
using testing::finish_run;
using testing::Forked;
using testing::key_of;
using testing::Pipe;
using testing::record_for;

class Sample {
 public:
  explicit Sample(const std::vector<std::string>& names = {"a", "b"}) : store(folder_ / "cache") {
    for (const std::string& name : names) save(name);
  }
  void save(const std::string& name) {
    store.save(record_for(key_of(name)), {{"x", array_artifact({1, 2, 3})}});
  }
  bool has(const std::string& name) const { return fs::exists(store.file_of(key_of(name))); }
  /// The times of a clock that stands still tell nothing.
  void stop_clock() {
    const timespec times[] = {{1'700'000'000, 0}, {1'700'000'000, 0}};
    for (const auto& entry : fs::recursive_directory_iterator(store.root()))
      utimensat(AT_FDCWD, entry.path().c_str(), times, 0);
  }
  void gc(int keep_runs) { collect(store, plan_gc(store, keep_runs, {})); }

 private:
  TempFolder folder_;

 public:
  Store store;
};

ActiveRun begin(Store& store) { return {store, {"vae", "", "vae.yaml"}}; }

TEST_CASE("what a run under way has reached stays, whether it was there or is made later") {
  Sample sample;
  ActiveRun run = begin(sample.store);
  run.reach(key_of("a"));
  run.reach(key_of("later"));
  sample.save("later");
  sample.gc(0);
  CHECK(sample.has("a"));
  CHECK(sample.has("later"));
  CHECK_FALSE(sample.has("b"));
}

TEST_CASE("what a run reaches after gc made its plan stays") {
  Sample sample({"under way", "ended", "killed", "pinned", "free"});
  sample.stop_clock();
  const GcPlan plan = plan_gc(sample.store, 1, {});
  CHECK(plan.items.size() == 5);
  ActiveRun run = begin(sample.store);
  run.reach(key_of("under way"));
  finish_run(sample.store, "ended", {{"fit", key_of("ended")}});
  Forked([&] {
    Store store(sample.store.root());
    ActiveRun killed(store, {"killed", "", ""});
    killed.reach(key_of("killed"));
    kill(getpid(), SIGKILL);
    return true;
  }).wait();
  pin(sample.store, key_of("pinned"));
  sample.stop_clock();
  collect(sample.store, plan);
  for (const char* name : {"under way", "ended", "killed", "pinned"}) {
    CAPTURE(name);
    CHECK(sample.has(name));
  }
  CHECK_FALSE(sample.has("free"));
}

TEST_CASE("a run that wants to write down what it reaches waits while gc removes") {
  Sample sample;
  const Pipe removing, reached;
  RootsLock lock(Layout{sample.store.root()});
  std::unique_lock guard(lock);  // as gc has it between its look at the roots and the removal
  Forked process([&] {
    Store store(sample.store.root());
    bool waited = false;
    try {
      ActiveRun run(store, {"vae", "", ""}, [&] { return waited = true; });
      run.reach(key_of("a"));
    } catch (const Cancelled&) {
      return waited;
    }
    return false;
  });
  CHECK(process.wait() == 0);
}

TEST_CASE("of a killed run stays what it had reached, while it is one of the last") {
  Sample sample;
  Forked([&] {
    Store store(sample.store.root());
    ActiveRun run = begin(store);
    run.reach(key_of("a"));
    kill(getpid(), SIGKILL);
    return true;
  }).wait();
  sample.gc(1);
  CHECK(sample.has("a"));
  CHECK_FALSE(sample.has("b"));
  finish_run(sample.store, "vae", {});
  sample.gc(2);
  CHECK(sample.has("a"));
  sample.gc(1);
  CHECK_FALSE(sample.has("a"));
  CHECK(plan_gc(sample.store, 1, {}).leftovers.empty());
  CHECK(verify(sample.store).empty());
}

TEST_CASE("a run that ends leaves its record and nothing else") {
  Sample sample;
  finish_run(sample.store, "vae", {{"fit", key_of("a")}});
  const auto runs = runs_in(run_folder(sample.store, "vae"));
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].has_record);
  CHECK_FALSE(runs[0].has_keys);
  for (const auto& lock : fs::directory_iterator(sample.store.root() / "locks"))
    CHECK(lock.path().filename().native()[0] == '.');
}

TEST_CASE("what an earlier run knew of stages stays while this one has not come to them") {
  Sample sample;
  finish_run(sample.store, "vae", {{"fit", key_of("a")}});
  ActiveRun run(sample.store, *last_run(sample.store, "vae"));
  sample.gc(0);
  CHECK(sample.has("a"));
}

TEST_CASE("gc removes nothing where it cannot read a root, and says which and what to do") {
  Sample sample;
  finish_run(sample.store, "vae", {{"fit", key_of("a")}});
  const FoundRun run = runs_in(run_folder(sample.store, "vae")).at(0);
  const std::string intact = read_file(run.record());
  const auto refuses = [&](const fs::path& file) {
    CHECK_THROWS_WITH(plan_gc(sample.store, 5, {}),
                      Catch::Contains("nothing is removed") && Catch::Contains(file.string()) &&
                          Catch::Contains("restore it, or remove it"));
  };
  const GcPlan plan = plan_gc(sample.store, 5, {});
  for (const std::string& text :
       {std::string(), std::string(1, '\0'), std::string(intact.size(), '\0'), std::string("{}"),
        intact.substr(0, intact.size() / 2), seal(Value::Map{})}) {
    write_file(run.record(), text);
    refuses(run.record());
    const Collected done = collect(sample.store, plan);
    CHECK(done.gone.items.empty());
    CHECK(done.failed == 1);
    REQUIRE(done.problems.size() == 1);
    CHECK_THAT(done.problems[0], Catch::StartsWith("nothing more is removed: '" +
                                                   run.record().string() + "' says which"));
  }
  fs::remove(run.record());
  fs::create_directory(run.record());
  refuses(run.record());
  fs::remove(run.record());
  write_file(run.record(), intact);
  CHECK_NOTHROW(plan_gc(sample.store, 5, {}));

  write_file(run.keys(), key_of("a") + "\n" + "no key\n");
  refuses(run.keys());
  write_file(run.keys(), key_of("a") + "\n" + "no ke");
  refuses(run.keys());
  CHECK(sample.has("a"));
  CHECK(sample.has("b"));

  // A line that was being written when the power went.
  for (const std::string& tail : {key_of("b").substr(0, 20), std::string(100, '\0')}) {
    write_file(run.keys(), key_of("a") + "\n" + tail);
    CHECK_NOTHROW(plan_gc(sample.store, 5, {}));
  }
  // Whose name is not that of a run, or whose run is not one of the last, says nothing.
  write_file(run.stem.parent_path() / "notes.json", "");
  CHECK_NOTHROW(plan_gc(sample.store, 5, {}));
  write_file(run.record(), "");
  CHECK_NOTHROW(plan_gc(sample.store, 0, {}));
}

TEST_CASE("one bad record of a result costs gc no more than that result") {
  Sample sample({"a", "b", "c"});
  finish_run(sample.store, "vae", {{"fit", key_of("b")}});
  write_file(sample.store.root() / "records" / key_of("a").substr(0, 2) / (key_of("a") + ".json"),
             "");
  sample.gc(1);
  CHECK_FALSE(sample.has("a"));
  CHECK(sample.has("b"));
  CHECK_FALSE(sample.has("c"));
}

TEST_CASE("what goes first was reached first, whatever the clocks said") {
  Sample sample({"a", "b", "c"});
  const auto touch = [&](const std::string& name, std::time_t time) {
    const timespec times[] = {{time, 0}, {time, 0}};
    const fs::path record = Layout{sample.store.root()}.record(key_of(name));
    REQUIRE(utimensat(AT_FDCWD, record.c_str(), times, 0) == 0);
  };
  for (const char* name : {"b", "a", "c"}) finish_run(sample.store, "vae", {{"fit", key_of(name)}});
  finish_run(sample.store, "vae", {});
  // b was reached while the clock was years ahead, c when it was back, or far behind.
  touch("b", 4'000'000'000), touch("a", 1'700'000'000), touch("c", 1'000);
  std::vector<Digest> order;
  for (const GcPlan::Item& item : plan_gc(sample.store, 1, 0).items)
    order.push_back(item.record.key);
  CHECK(order == std::vector<Digest>{key_of("b"), key_of("a"), key_of("c")});
}

TEST_CASE("gc needs no room: no file that it makes, no byte that it writes") {
  Sample sample;
  finish_run(sample.store, "vae", {{"fit", key_of("a")}});
  Forked([&] {  // a lock and a root of the dead are there, too
    Store store(sample.store.root());
    ActiveRun run(store, {"killed", "", ""});
    run.reach(key_of("b"));
    kill(getpid(), SIGKILL);
    return true;
  })
      .wait();
  const fs::path root = sample.store.root();
  Forked collector([&] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_FSIZE, &none);
    // Anything made anywhere would show, for these folders get no new entry.
    Store store(root);
    std::map<std::string, fs::file_time_type> before;
    for (const char* name : {"tmp", "pins", "files", "checkpoints"})
      if (fs::exists(root / name)) before[name] = fs::last_write_time(root / name);
    collect(store, plan_gc(store, 0, {}));
    for (const auto& [name, time] : before)
      if (fs::last_write_time(root / name) != time) return false;
    return true;
  });
  CHECK(collector.wait() == 0);
  CHECK_FALSE(sample.has("a"));
  CHECK_FALSE(sample.has("b"));
  CHECK(plan_gc(sample.store, 0, {}).leftovers.empty());
}

TEST_CASE("a run whose root finds no room goes on, and writes it down once there is some") {
  Sample sample;
  Forked process([&] {
    signal(SIGXFSZ, SIG_IGN);
    Store store(sample.store.root());
    ActiveRun run = begin(store);
    rlimit size{0, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &size);
    for (const char* name : {"a", "b"}) run.reach(key_of(name));
    size.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &size);
    run.reach(key_of("c"));
    collect(store, plan_gc(store, 0, {}));
    return true;
  });
  CHECK(process.wait() == 0);
  CHECK(sample.has("a"));
  CHECK(sample.has("b"));
}

// Each looks up what it has reached, and finds it there until it ends: gc runs in a loop.
TEST_CASE("runs and gc at once: none is robbed, and none waits for good") {
  Sample sample(std::vector<std::string>{});
  const fs::path root = sample.store.root();
  std::vector<std::unique_ptr<Forked>> collectors, runs;
  for (int i = 0; i < 2; ++i)
    collectors.push_back(std::make_unique<Forked>([&] {
      Store store(root);
      for (;;) collect(store, plan_gc(store, 0, {}));
      return true;
    }));
  for (int i = 0; i < 3; ++i)
    runs.push_back(std::make_unique<Forked>([&, i] {
      Store store(root);
      for (int round = 0; round < 5; ++round) {
        ActiveRun run(store, {"pipeline " + std::to_string(i), "", ""});
        std::vector<Digest> reached;
        for (int stage = 0; stage < 10; ++stage) {
          const Digest key = key_of(std::to_string((round + stage + i) % 12));
          run.reach(key);
          const auto lock = store.lock(key, {});
          const auto record = store.find(key);
          if (!record || !store.has_file(*record))
            store.save(record_for(key), {{"x", array_artifact({1, 2, 3})}}, *lock);
          run.finished(std::to_string(stage), key);
          reached.push_back(key);
          for (const Digest& earlier : reached)
            if (!store.has_file(*store.find(earlier))) return false;
        }
        run.save();
      }
      return true;
    }));
  for (auto& run : runs) CHECK(run->wait() == 0);
  for (auto& collector : collectors) collector->kill_and_wait();
  CHECK(verify(sample.store) == std::vector<std::string>());
}

}  // namespace
}  // namespace pipeline::cache
