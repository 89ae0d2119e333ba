#include <algorithm>
#include <filesystem>
#include <vector>

#include "fuzz.h"
#include "mutator.h"
#include "support/process.h"

// Without libFuzzer: a target over its seeds and some hundred random mutations of each, the same
// every time.

namespace {
namespace fs = std::filesystem;

std::vector<std::string> seeds_in(const fs::path& folder) {
  std::vector<fs::path> files{fs::directory_iterator(folder), {}};
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds;
  for (const fs::path& file : files) seeds.push_back(pipeline::testing::read_file(file));
  return seeds;
}

/// What mutations put in: short pieces of the seeds.
std::vector<std::string> pieces_of(const std::vector<std::string>& seeds) {
  constexpr std::size_t kLength = 6;
  std::vector<std::string> pieces;
  for (const std::string& seed : seeds)
    for (std::size_t at = 0; at < seed.size(); at += kLength)
      pieces.push_back(seed.substr(at, 1 + pieces.size() % kLength));
  return pieces;
}

void try_input(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  using pipeline::fuzz::outcomes;
  if (argc != 3) {
    std::fprintf(stderr, "usage: %s FOLDER MUTATIONS-OF-EACH-SEED\n", argv[0]);
    return 2;
  }
  const auto seeds = seeds_in(argv[1]);
  for (const std::string& seed : seeds) try_input(seed);
  const long accepted = outcomes.accepted;
  Mutator mutator(1, pieces_of(seeds));
  for (int i = std::atoi(argv[2]); i > 0; --i)
    for (const std::string& seed : seeds) try_input(mutator.mutate(seed));
  std::printf("%zu seeds, %ld of them accepted; then %ld accepted, %ld refused\n", seeds.size(),
              accepted, outcomes.accepted - accepted, outcomes.refused);
  return accepted > 0 && outcomes.refused > 0 ? 0 : 1;
}
