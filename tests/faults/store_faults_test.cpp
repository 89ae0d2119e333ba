#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include "cache/gc.h"
#include "cache/listing.h"
#include "cache/runs.h"
#include "cache/store.h"
#include "cache/verify.h"
#include "support/process.h"
#include "unit/cache/forked.h"
#include "unit/cache/samples.h"

// The store against disks, users and kill -9.

namespace pipeline::cache {
namespace {
namespace fs = std::filesystem;

using pipeline::testing::read_file;
using pipeline::testing::TempFolder;
using pipeline::testing::write_file;
using testing::array_artifact;
using testing::Forked;
using testing::key_of;
using testing::Pipe;
using testing::record_for;
using testing::rich_artifact;

fs::path record_file(const Store& store, const Digest& key) {
  return store.root() / "records" / key.substr(0, 2) / (key + ".json");
}

/// In place: to write the whole file anew takes most disks milliseconds.
void put_byte(const fs::path& file, std::size_t offset, char byte) {
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(std::streamoff(offset));
  stream.put(byte);
  if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
}

/// Loads everything. True if the content is what was saved, false where the store says no.
bool loads(const Store& store, const Digest& key, const std::map<std::string, Digest>& expected) {
  const auto record = store.find(key);
  if (!record) return false;
  for (const auto& [port, digest] : expected) try {
      if (digest_of(store.load(*record, port)) != digest)
        throw std::logic_error("other content than was saved");
    } catch (const Damaged&) {
      return false;
    }
  return true;
}

class Sample {
 public:
  Sample() : store(folder_ / "cache"), key(key_of("a")) {
    const std::map<std::string, Artifact> outputs = {
        {"x", array_artifact(std::vector<float>(500, 1.5f))}, {"model", rich_artifact()}};
    store.save(record_for(key), outputs);
    for (const auto& [port, artifact] : outputs) expected[port] = digest_of(artifact);
  }
  bool loads_now() const { return loads(store, key, expected); }

 private:
  TempFolder folder_;

 public:
  Store store;
  Digest key;
  std::map<std::string, Digest> expected;
};

TEST_CASE("no byte of a stored file or record can change unnoticed") {
  const Sample sample;
  REQUIRE(sample.loads_now());
  std::mt19937 random(1);
  for (const fs::path& file :
       {sample.store.file_of(sample.key), record_file(sample.store, sample.key)}) {
    const std::string intact = read_file(file);
    for (std::size_t i = 0; i < intact.size(); i += 1 + random() % 16) {
      put_byte(file, i, char(intact[i] ^ (1 << random() % 8)));
      CAPTURE(file, i);
      CHECK_FALSE(sample.loads_now());
      put_byte(file, i, intact[i]);
    }
    CHECK(sample.loads_now());
  }
}

TEST_CASE("verify names every damage and never trusts the file to HDF5") {
  const Sample sample;
  std::mt19937 random(2);
  for (const fs::path& file :
       {sample.store.file_of(sample.key), record_file(sample.store, sample.key)}) {
    const std::string intact = read_file(file);
    for (int i = 0; i < 60; ++i) {
      std::string bytes = intact;
      const std::size_t first = random() % bytes.size(), count = 1 + random() % 64;
      for (std::size_t j = first; j < std::min(bytes.size(), first + count); ++j)
        bytes[j] = char(bytes[j] ^ char(1 + random() % 255));
      write_file(file, bytes);
      const auto problems = verify(sample.store);
      CAPTURE(file, first, count);
      REQUIRE_FALSE(problems.empty());
      CHECK_THAT(problems[0], Catch::Contains(file.string()));
    }
    write_file(file, intact);
    CHECK(verify(sample.store).empty());
  }
}

TEST_CASE("a file or record that was cut or grew is noticed") {
  const Sample sample;
  for (const fs::path& file :
       {sample.store.file_of(sample.key), record_file(sample.store, sample.key)}) {
    const std::string intact = read_file(file);
    for (std::size_t size = 0; size < intact.size(); size += 1 + intact.size() / 97) {
      write_file(file, intact.substr(0, size));
      CAPTURE(file, size);
      CHECK_FALSE(sample.loads_now());
    }
    write_file(file, intact + std::string(4096, '\0'));
    CHECK_FALSE(sample.loads_now());
    write_file(file, std::string(intact.size(), '\0'));
    CHECK_FALSE(sample.loads_now());
    fs::remove(file);
    fs::create_directory(file);
    CHECK_FALSE(sample.loads_now());
    fs::remove(file);
    write_file(file, intact);
    CHECK(sample.loads_now());
  }
}

TEST_CASE("no byte of a checkpoint can change unnoticed") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest key = key_of("a");
  store.save_checkpoint(key, rich_artifact());
  const fs::path file = folder / "cache/checkpoints" / (key + ".h5");
  const std::string intact = read_file(file);
  std::mt19937 random(3);
  for (std::size_t i = 0; i < intact.size(); i += 1 + random() % 16) {
    put_byte(file, i, char(intact[i] ^ (1 << random() % 8)));
    CAPTURE(i);
    CHECK_FALSE(store.load_checkpoint(key));
    put_byte(file, i, intact[i]);
  }
  for (std::size_t size = 0; size < intact.size(); size += 1 + intact.size() / 97) {
    write_file(file, intact.substr(0, size));
    CHECK_FALSE(store.load_checkpoint(key));
  }
  write_file(file, intact);
  CHECK(digest_of(*store.load_checkpoint(key)) == digest_of(rich_artifact()));
}

/// What a writer does all day; every round gives other bytes under the same two keys.
void write_for_ever(const fs::path& root, const std::function<void()>& after_round) {
  Store store(root);
  for (int round = 0;; ++round) {
    const Digest key = key_of(std::to_string(round % 2));
    const auto lock = store.lock(key, {});
    store.save_checkpoint(array_artifact(std::vector<float>(5000, float(round))), *lock);
    store.save(record_for(key),
               {{"x", array_artifact(std::vector<float>(20000, float(round)))},
                {"model", rich_artifact()}},
               *lock);
    testing::finish_run(store, "vae", {{"fit", key}});
    if (round % 7 == 6) store.remove(*lock);
    after_round();
  }
}

// Kills within the time of about two rounds, whatever a disk's sync takes here.
void kill_at_random_moments(int kills) {
  const TempFolder folder;
  const fs::path root = folder / "cache";
  std::mt19937 random(4);
  int with_results = 0;
  std::chrono::duration<double> round(0);
  for (int i = 0; i < kills; ++i) {
    const Pipe rounds;
    Forked writer([&] {
      write_for_ever(root, [&] { rounds.send(); });
      return true;
    });
    // The first kills hit a cache in the making.
    if (i >= 5) {
      const auto start = std::chrono::steady_clock::now();
      for (unsigned done = random() % 3; done > 0; --done) {
        rounds.receive();
        round = std::chrono::steady_clock::now() - start;
      }
    }
    std::this_thread::sleep_for(std::max(round, decltype(round)(0.02)) * (random() % 1000 / 500.0));
    writer.kill_and_wait();
    Store store(root);
    REQUIRE(verify(store) == std::vector<std::string>());
    for (const char* name : {"0", "1"}) {
      const Digest key = key_of(name);
      CHECK(store.try_lock(key));
      const auto record = store.find(key);
      if (!record) continue;
      ++with_results;
      REQUIRE(store.has_file(*record));
      CHECK(digest_of(store.load(*record, "x")) == record->outputs.at("x").digest);
    }
    CHECK(fs::is_empty(root / "tmp"));
  }
  CHECK(with_results > kills / 2);
  Store store(root);
  collect(store, plan_gc(store, 0, 0));
  std::size_t files = 0;
  for (const char* name : {"objects", "records", "tmp"})
    for (const auto& entry : fs::recursive_directory_iterator(root / name))
      files += entry.is_regular_file();
  CHECK(files == 0);
}

TEST_CASE("after kill -9 at any moment the cache is clean") { kill_at_random_moments(25); }
TEST_CASE("after hundreds of kill -9 the cache is clean", "[slow]") { kill_at_random_moments(300); }

// The moment at which a new file stands beside an older record of other bytes.
TEST_CASE("a kill as soon as the new file has its name leaves no record of the old one") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest key = key_of("a");
  const auto outputs = [](float value) {
    return std::map<std::string, Artifact>{{"x", array_artifact(std::vector<float>(1000, value))}};
  };
  const auto inode = [&] {
    struct stat status {};
    stat(store.file_of(key).c_str(), &status);
    return status.st_ino;
  };
  for (int i = 0; i < 10; ++i) {
    store.save(record_for(key), outputs(1));
    const auto before = inode();
    Forked writer([&] { return Store(folder / "cache").save(record_for(key), outputs(2)), true; });
    while (inode() == before) {}
    writer.kill_and_wait();
    CHECK(verify(store) == std::vector<std::string>());
  }
}

TEST_CASE("processes that save the same key in turn leave one whole result") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Digest key = key_of("a");
  std::vector<std::unique_ptr<Forked>> writers;
  for (int w = 0; w < 3; ++w)
    writers.push_back(std::make_unique<Forked>([&, w] {
      Store mine(folder / "cache");
      for (int i = 0; i < 15; ++i) {
        const auto lock = mine.lock(key, {});
        const Artifact x = array_artifact(std::vector<float>(3000, float(w)));
        mine.save(record_for(key), {{"x", x}}, *lock);
      }
      return true;
    }));
  for (auto& writer : writers) CHECK(writer->wait() == 0);
  CHECK(verify(store).empty());
  CHECK(store.has_file(*store.find(key)));
}

TEST_CASE("of processes that need the same result one computes it, and the others wait") {
  const TempFolder folder;
  auto* computed = static_cast<std::atomic<int>*>(
      mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  std::vector<std::unique_ptr<Forked>> runs;
  for (int i = 0; i < 5; ++i)
    runs.push_back(std::make_unique<Forked>([&] {
      Store store(folder / "cache");
      const Digest key = key_of("a");
      const auto lock = store.lock(key, {});
      if (!store.find(key)) {
        ++*computed;
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        store.save(record_for(key), {{"x", array_artifact({1, 2, 3})}}, *lock);
      }
      return digest_of(store.load(*store.find(key), "x")) == digest_of(array_artifact({1, 2, 3}));
    }));
  for (auto& run : runs) CHECK(run->wait() == 0);
  CHECK(*computed == 1);
  munmap(computed, 4096);
}

TEST_CASE("verify and gc stand others that write and remove meanwhile") {
  const TempFolder folder;
  Store store(folder / "cache");
  const Pipe rounds;
  Forked writer([&] {
    write_for_ever(folder / "cache", [&] { rounds.send(); });
    return true;
  });
  Forked cleaner([&] {
    Store mine(folder / "cache");
    for (;;) collect(mine, plan_gc(mine, 0, {}));
    return true;
  });
  for (int round = 0; round < 8; ++round) {
    for (int i = 0; i < 5; ++i) CHECK(verify(store) == std::vector<std::string>());
    rounds.receive();
  }
  writer.kill_and_wait();
  cleaner.kill_and_wait();
  CHECK(verify(store) == std::vector<std::string>());
}

// A file size limit makes writes fail in the middle, as a full disk does.
TEST_CASE("a disk that takes no more is an error that says so, and leaves the cache as it was") {
  const TempFolder folder;
  const fs::path root = folder / "cache";
  const Digest key = key_of("a");
  Store store(root);
  const Record before = store.save(record_for(key), {{"x", array_artifact({1, 2, 3})}});
  for (const rlim_t limit : {0u, 100u, 1000u, 5000u, 20'000u, 100'000u}) {
    Forked writer([&] {
      signal(SIGXFSZ, SIG_IGN);
      const rlimit size{limit, limit};
      setrlimit(RLIMIT_FSIZE, &size);
      for (int kind = 0; kind < 3; ++kind) try {
          const Artifact large = array_artifact(std::vector<float>(100'000));
          if (kind == 0) Store(root).save(record_for(key), {{"x", large}});
          if (kind == 1) Store(root).save_checkpoint(key, large);
          if (kind == 2) Store(folder / "new").save(record_for(key), {{"x", large}});
          return false;
        } catch (const Error& error) {
          if (!std::strstr(error.what(), "File too large")) return false;
        }
      return true;
    });
    CAPTURE(limit);
    CHECK(writer.wait() == 0);
    CHECK(verify(store) == std::vector<std::string>());
    CHECK(loads(store, key, {{"x", before.outputs.at("x").digest}}));
    CHECK_FALSE(store.load_checkpoint(key));
    CHECK(fs::is_empty(root / "tmp"));
  }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they take terabytes
TEST_CASE("where memory ends a result is not stored, and that is all") {
  const TempFolder folder;
  const auto address_space = [] {
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    return pages * std::size_t(getpagesize());
  };
  const std::map<std::string, Artifact> outputs{{"x", array_artifact({1, 2, 3})}};
  for (std::size_t more = 0; more < 32; ++more) {
    Forked writer([&] {
      Store store(folder / "cache");
      store.save(record_for(key_of("a")), outputs);  // loads what it takes
      const rlimit limit{address_space() + (more << 17), RLIM_INFINITY};
      setrlimit(RLIMIT_AS, &limit);
      try {
        store.save(record_for(key_of("a")), outputs);
      } catch (const std::exception&) {}
      return true;
    });
    CAPTURE(more);
    CHECK(writer.wait() == 0);
  }
}
#endif

TEST_CASE("a cache folder that disappears is an error, and no more than that") {
  const TempFolder folder;
  const fs::path root = folder / "cache";
  Store store(root);
  const Record record = store.save(record_for(key_of("a")), {{"x", array_artifact({1})}});
  auto lock = store.lock(key_of("b"), {});
  fs::remove_all(root);
  CHECK_FALSE(store.find(record.key));
  CHECK_THROWS_AS(store.load(record, "x"), Damaged);
  CHECK(list(store).empty());
  CHECK(verify(store).empty());
  CHECK(plan_gc(store, 1, {}).items.empty());
  CHECK_FALSE(last_run(store, "vae"));
  lock.reset();
  write_file(root, "now a file");
  CHECK_THROWS_WITH(store.save(record_for(key_of("a")), {}), Catch::Contains("found a file"));
  CHECK_THROWS_AS(store.lock(key_of("a"), {}), Error);
}

}  // namespace
}  // namespace pipeline::cache
