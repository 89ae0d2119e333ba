// tsne_map POINTS N FEATURES THREADS [MAP]: seconds that the stage `tsne` takes with its defaults,
// neighbours included, for N points (floats, one point a row); writes the map to MAP.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "pipeline/testing.h"

using namespace pipeline;

namespace {

std::vector<float> read_floats(const char* path, std::size_t count) {
  std::vector<float> values(count);
  std::ifstream file(path, std::ios::binary);
  if (!file.read(reinterpret_cast<char*>(values.data()), std::streamsize(count * sizeof(float))))
    throw Error(std::string(path) + " is missing or too short");
  return values;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5 && argc != 6) {
    std::fprintf(stderr, "usage: tsne_map POINTS N FEATURES THREADS [MAP]\n");
    return 2;
  }
  const std::int64_t n = std::atoll(argv[2]), features = std::atoll(argv[3]);
  const std::vector<float> x = read_floats(argv[1], std::size_t(n * features));
  testing::Components components;
  testing::StageRun run(components, "tsne");
  run.input("x", Array::of(x, {n, features})).threads(std::atoi(argv[4]));
  const auto start = std::chrono::steady_clock::now();
  const auto out = run.run();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  std::printf("%.4f\n", seconds.count());
  if (argc == 6) {
    const auto map = out.at("embedding").arrays.at("").view<float>();
    std::ofstream(argv[5], std::ios::binary)
        .write(reinterpret_cast<const char*>(map.data()), std::streamsize(map.size_bytes()));
  }
}
