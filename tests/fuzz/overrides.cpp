#include <sstream>

#include "pipelines.h"

// Lines that are arguments of the command line, for a file that has everything to override.

namespace {

Files& folder() {
  static Files files;
  static const bool written = [] {
    files.write("p.yaml", R"(groups: {data: digits}
vars: {latent: 10, rates: [0.1, 0.01], common: &common {a: 1, b: [1, 2.5]}, text: "${latent}x"}
stages:
  fit:
    use: train.fit
    foreach: {rate: ${rates}, seed: [1, 2]}
    with: {rate: ${rate}, all: {<<: *common, a: 2}, optimizer: adam, text: "${rate}/${seed}"}
    threads: 2
  best: {use: show, in: {m: fit@rate=0.1@seed=1.model}, with: {layers: [{dense: {units: 3}}, relu]}}
)");
    files.write("groups/data/digits.yaml", "stages: {data: {use: data.digits, with: {seed: 3}}}\n");
    files.write("groups/data/mnist.yaml", "stages: {data: {use: data.idx}}\n");
    return true;
  }();
  (void)written;
  return files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream lines{std::string(pipeline::fuzz::text_of(data, size))};
  std::vector<std::string> overrides;
  for (std::string line; std::getline(lines, line);) overrides.push_back(line);
  pipeline::fuzz::try_load(folder(), overrides);
  return 0;
}
