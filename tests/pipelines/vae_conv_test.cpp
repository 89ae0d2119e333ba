// vae_conv.yaml, small, through what a user does with it all day.
#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <random>
#include <set>
#include <thread>

#include "pipelines/shipped.h"

using namespace pipeline;
using namespace pipeline::testing;

namespace {

const std::vector<std::string> kStages = {
    "data",    "train_images", "test_images", "split",          "fit",       "summary",
    "history", "evaluate",     "predict",     "reconstruction", "code",      "embed",
    "tsne",    "corner_codes", "square",      "square_images",  "traversal", "describe"};
const std::set<std::string> kAboveTheModel = {"data", "train_images", "test_images", "split",
                                              "describe"};

std::vector<std::string> with(std::vector<std::string> words,
                              const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

}  // namespace

TEST_CASE("Only what a variable reaches runs again, and changing it back runs nothing") {
  const TempFolder folder;
  const auto first = run_with_events(small_vae_conv(), folder.path());
  INFO(first.err);
  REQUIRE(first.status == 0);
  CHECK(first.count("ran") == int(kStages.size()));
  for (const char* figure : {"history", "tsne", "reconstruction", "traversal"})
    CHECK(
        read_file(folder / ("runs/vae_conv/latest/" + std::string(figure) + ".png")).substr(1, 3) ==
        "PNG");
  CHECK_THAT(read_file(folder / "runs/vae_conv/latest/summary.txt"),
             Catch::Contains("Total params: 8,373"));

  CHECK(run_with_events(small_vae_conv(), folder.path()).count("ran") == 0);
  const auto changed = run_with_events(with(small_vae_conv(), {"latent=2"}), folder.path());
  for (const std::string& stage : kStages) {
    INFO(stage);
    CHECK(changed.state(stage) == (kAboveTheModel.count(stage) ? "cached" : "ran"));
  }
  CHECK(run_with_events(small_vae_conv(), folder.path()).count("ran") == 0);
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("The whole pipeline, t-SNE included, has less than 200 MiB of memory at a time") {
  if (!std::filesystem::exists("/usr/share/datasets/fashion-mnist")) {
    WARN("skipped: the package dataset-fashion-mnist is not there");
    return;
  }
  const TempFolder folder;
  Process run({pipeline_binary(), "run", shipped("vae_conv"), "epochs=1", "--jobs", "2"},
              folder.path());
  const int status = run.wait();
  INFO(run.errors());
  REQUIRE(status == 0);
  CHECK(run.peak_memory() < 200);
  CHECK(run.peak_memory() > 50);  // the test images alone have 30
}
#endif

TEST_CASE("Any number of threads and either instruction set give the same bits", "[slow]") {
  __builtin_cpu_init();
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
  std::map<std::string, std::string> keys, exports;
  for (const char* jobs : {"1", "2", "4"})
    for (const char* simd : {"avx2", "avx512"}) {
      if (std::string(simd) == "avx512" && !avx512) continue;
      const TempFolder folder;
      const auto run = run_with_events(with(small_vae_conv(), {"--jobs", jobs}), folder.path(),
                                       {{"PIPELINE_SIMD", simd}});
      INFO(jobs << " jobs, " << simd << run.err);
      REQUIRE(run.status == 0);
      const auto files = exports_in(folder / "runs/vae_conv/latest");
      if (keys.empty()) keys = run.values("key"), exports = files;
      CHECK(run.values("key") == keys);  // a key holds the digests of all that is above it
      CHECK(files == exports);
    }
}

TEST_CASE("A run killed at any of fifty moments, and run again, ends with the same bits",
          "[slow]") {
  const TempFolder calm;
  const auto start = std::chrono::steady_clock::now();
  const auto whole = run_with_events(small_vae_conv(), calm.path());
  REQUIRE(whole.status == 0);
  const auto length =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const auto exports = exports_in(calm / "runs/vae_conv/latest");

  std::mt19937 random(11);
  std::uniform_real_distribution<double> moment(0, length);
  for (int i = 0; i < 50; ++i) {
    const TempFolder folder;
    auto words = small_vae_conv();
    words.insert(words.begin(), {pipeline_binary(), "run"});
    words.push_back("--json");
    Process process(words, folder.path());
    std::this_thread::sleep_for(std::chrono::duration<double>(moment(random)));
    process.signal(SIGKILL);
    const int status = process.wait();
    const auto before = parse_events(status, process.output(), "");

    const auto after = run_with_events(small_vae_conv(), folder.path());
    INFO("kill " << i << after.err);
    REQUIRE(after.status == 0);
    for (const auto& [stage, state] : before.values("state")) {
      INFO(stage);
      CHECK(after.state(stage) == "cached");
    }
    CHECK(after.values("key") == whole.values("key"));
    CHECK(exports_in(folder / "runs/vae_conv/latest") == exports);
    CHECK(run_program({pipeline_binary(), "cache", "verify"}, folder.path()).status == 0);
  }
}
