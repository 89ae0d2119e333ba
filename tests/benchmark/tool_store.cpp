// tool_store FOLDER MIB: seconds to store an array in a new cache in the folder, to write the same
// bytes with one fsync (the mean of before and after), and to load the array, to its first element,
// and from there until it is read and checked.
#include <fcntl.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "cache/files.h"
#include "cache/store.h"

namespace fs = std::filesystem;
using namespace pipeline;

namespace {

template <class F>
double seconds(F work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// Into a file that stays: pages that a removed one gave back would be quicker to fill.
double write_plainly(const fs::path& file, const Array& array) {
  const cache::FileDescriptor fd = cache::open_file(file, O_WRONLY | O_CREAT | O_EXCL);
  const char* bytes = static_cast<const char*>(array.data());
  constexpr std::size_t kBlock = 1 << 20;
  return seconds([&] {
    for (std::size_t done = 0; done < array.bytes();) {
      const std::size_t count = std::min(kBlock, array.bytes() - done);
      const ssize_t written = pwrite(fd.get(), bytes + done, count, off_t(done));
      if (written <= 0) std::abort();
      done += std::size_t(written);
    }
    if (fsync(fd.get()) != 0) std::abort();
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const fs::path folder = argv[1];
  const std::int64_t count = std::atoll(argv[2]) << 18;
  Array array = Array::zeros<float>({count});
  auto values = array.mutable_view<float>();
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = float(i % 8191) * 0.37f;

  cache::Store store(folder / "cache");
  cache::Record record;
  record.key = cache::digest_of(std::string("tool_store"));
  const double before = write_plainly(folder / "before", array);
  const double stored = seconds([&] {
    record = store.save(record, {{"x", Artifact{"array", {}, {{"", array}}}}});
  });
  const double after = write_plainly(folder / "after", array);
  float first = -1, sum = 0;
  Artifact loaded;
  cache::PendingChecks pending;
  const double to_first = seconds([&] {
    loaded = store.load(record, "x", pending);
    first = loaded.arrays.at("").view<float>()[0];
  });
  const double to_last = seconds([&] {
    for (const float x : loaded.arrays.at("").view<float>()) sum += x;
    pending.wait();
  });
  if (first != 0 || !(sum > 0)) return 1;
  std::printf("{\"stored\": %.6f, \"plain\": %.6f, \"first\": %.6f, \"last\": %.6f}\n", stored,
              (before + after) / 2, to_first, to_last);
}
