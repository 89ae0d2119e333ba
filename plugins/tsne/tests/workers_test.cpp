#include "workers.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <stdexcept>

using namespace pipeline::tsne;

TEST_CASE("every task runs once, on a thread that there is") {
  for (int threads : {1, 2, 4})
    for (std::int64_t count : {0, 1, 2, 100}) {
      Workers workers(threads);
      std::vector<std::atomic<int>> calls(std::size_t(count) + 1);
      std::atomic<bool> known_thread{true};
      workers.each(count, [&](std::int64_t i, int thread) {
        ++calls[std::size_t(i)];
        if (thread < 0 || thread >= threads) known_thread = false;
      });
      CAPTURE(threads, count);
      CHECK(known_thread);
      CHECK(calls.back() == 0);
      CHECK(std::all_of(calls.begin(), calls.end() - 1, [](const auto& n) { return n == 1; }));
    }
}

TEST_CASE("pieces meet each other and end with what is left") {
  for (int threads : {1, 3})
    for (std::int64_t count : {1, 6, 7, 8, 50}) {
      Workers workers(threads);
      std::vector<std::int64_t> ends(std::size_t(count) + 7, -1);
      workers.pieces(count, 7, [&](std::int64_t first, std::int64_t last) {
        ends[std::size_t(first)] = last;
      });
      CAPTURE(threads, count);
      for (std::int64_t first = 0; first < count + 7; ++first)
        CHECK(ends[std::size_t(first)] ==
              (first % 7 == 0 && first < count ? std::min(first + 7, count) : -1));
    }
}

TEST_CASE("a sum has the bits of its pieces' order with any number of threads") {
  // Of so different sizes that other orders round otherwise; so many that all threads come.
  constexpr std::size_t kCount = 300001, kPiece = 1003;
  std::vector<double> values;
  std::mt19937 words(3);
  for (std::size_t i = 0; i < kCount; ++i)
    values.push_back(std::ldexp(double(words()) - 2e9, int(words() % 60)));
  double expected = 0;
  for (std::size_t first = 0; first < kCount; first += kPiece) {
    double piece = 0;
    for (std::size_t i = first; i < std::min(first + kPiece, kCount); ++i) piece += values[i];
    expected += piece;
  }
  for (int threads : {1, 2, 4}) {
    Workers workers(threads);
    for (int again = 0; again < 20; ++again)
      CHECK(workers.sum(kCount, kPiece, [&](std::int64_t first, std::int64_t last) {
        double piece = 0;
        for (std::int64_t i = first; i < last; ++i) piece += values[std::size_t(i)];
        return piece;
      }) == expected);
  }
}

TEST_CASE("what a task throws comes out, of both tasks, too") {
  for (int threads : {1, 2}) {
    Workers workers(threads);
    CHECK_THROWS_AS(workers.each(50,
                                 [](std::int64_t i, int) {
                                   if (i == 31) throw std::runtime_error("31");
                                 }),
                    std::runtime_error);
    CHECK_THROWS_AS(workers.both([] {}, [] { throw std::runtime_error("other"); }),
                    std::runtime_error);
    std::atomic<int> done{0};
    workers.both([&] { ++done; }, [&] { workers.each(10, [&](std::int64_t, int) { ++done; }); });
    CHECK(done == 11);
  }
}
