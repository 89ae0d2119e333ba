#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "buffer.h"
#include "every_kernels.h"

using namespace pipeline::tsne;

// The kernels that go through coordinates one by one.

namespace {

/// Multiples of 16: less and more than what is done at a time.
const std::vector<std::size_t> kSizes = {0, 16, 32, 48, 80, 272};

/// n values of both signs, some zero, and sixteen more that no kernel may touch.
Buffer values_of(std::size_t n, std::size_t step) {
  Buffer values(n + 16);
  for (std::size_t i = 0; i < n; ++i)
    values[i] = (float(i * step % 29) - 14) * std::exp2(float(i % 5) - 3);
  std::fill_n(values.data() + n, 16, kUntouched);
  return values;
}

bool untouched_after(std::size_t n, const Buffer& values) {
  return std::all_of(values.data() + n, values.data() + values.size(),
                     [](float value) { return value == kUntouched; });
}

/// Of coordinate i one step of scikit-learn's _gradient_descent, in doubles.
struct Expected {
  Expected(const Buffer& y_before, const Buffer& velocity_before, const Buffer& gain_before,
           const Buffer& gradient_before, std::size_t i, double momentum, double rate)
      : gain(gain_before[i]), gradient(gradient_before[i]) {
    const double update = velocity_before[i];
    gain = update * gradient < 0 ? gain + 0.2 : gain * 0.8;
    gain = std::max(gain, 0.01);
    gradient *= gain;
    velocity = momentum * update - rate * gradient;
    y = y_before[i] + velocity;
    size = std::abs(momentum * update) + std::abs(rate * gradient);
  }
  double y, velocity, gain, gradient;
  double size;  // of what makes the velocity
};

}  // namespace

TEST_CASE("a step is scikit-learn's: gains up and down to their floor, momentum, rate") {
  for (const Kernels* kernels : every_kernels())
    for (std::size_t n : kSizes)
      for (const auto& [momentum, rate] : {std::pair(0.5f, 50.f), {0.8f, 1234.5f}}) {
        const Buffer y = values_of(n, 5), v = values_of(n, 7), g = values_of(n, 11);
        Buffer gains = values_of(n, 3);
        const float some[] = {1, 0.01f, 0.0105f, 0.0125f, 0.013f, 0.2f, 3.7f};
        for (std::size_t i = 0; i < n; ++i) gains[i] = some[i % 7];
        Buffer new_y = values_of(n, 5), velocity = values_of(n, 7), gradient = values_of(n, 11),
               gain = values_of(n, 3);
        std::copy_n(gains.data(), n, gain.data());
        kernels->step(new_y.data(), velocity.data(), gain.data(), gradient.data(), n, momentum,
                      rate);
        for (std::size_t i = 0; i < n; ++i) {
          const Expected expected(y, v, gains, g, i, double(momentum), double(rate));
          CAPTURE(name_of(kernels), n, momentum, i, y[i], v[i], g[i], gains[i]);
          CHECK(gain[i] == Approx(expected.gain).epsilon(2e-7));
          CHECK(gradient[i] == Approx(expected.gradient).epsilon(3e-7));
          CHECK(std::abs(velocity[i] - expected.velocity) <= 4e-7 * expected.size);
          CHECK(std::abs(new_y[i] - expected.y) <=
                4e-7 * expected.size + 1e-7 * std::abs(expected.y));
        }
        for (const Buffer* buffer : {&new_y, &velocity, &gain, &gradient})
          CHECK(untouched_after(n, *buffer));
      }
}

TEST_CASE("attraction and repulsion combine with their factors") {
  for (const Kernels* kernels : every_kernels())
    for (std::size_t n : kSizes)
      for (const auto& [a, r] : {std::pair(48.f, 0.37f), {4.f, -2.f}, {0.f, 1.f}}) {
        const Buffer attraction = values_of(n, 5), repulsion = values_of(n, 7);
        Buffer out = values_of(n, 3);
        kernels->combine(attraction.data(), repulsion.data(), a, r, n, out.data());
        for (std::size_t i = 0; i < n; ++i) {
          const double pull = double(a) * attraction[i], push = double(r) * repulsion[i];
          CAPTURE(name_of(kernels), n, a, r, i);
          CHECK(std::abs(out[i] - (pull - push)) <= 2e-7 * (std::abs(pull) + std::abs(push)));
        }
        CHECK(untouched_after(n, out));
      }
}

TEST_CASE("two planes interleave to pairs") {
  for (const Kernels* kernels : every_kernels())
    for (std::size_t n : kSizes) {
      const Buffer x = values_of(n, 5), y = values_of(n, 7);
      Buffer pairs = values_of(2 * n, 3);
      kernels->interleave(x.data(), y.data(), n, pairs.data());
      for (std::size_t i = 0; i < n; ++i) {
        CAPTURE(name_of(kernels), n, i);
        CHECK(pairs[2 * i] == x[i]);
        CHECK(pairs[2 * i + 1] == y[i]);
      }
      CHECK(untouched_after(2 * n, pairs));
    }
}

TEST_CASE("bounds are the least and the most, wherever these are") {
  for (const Kernels* kernels : every_kernels())
    for (std::size_t n : {1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 40, 100})
      for (std::size_t at = 0; at < n; ++at)
        for (float offset : {0.f, 1000.f, -1000.f}) {
          Buffer values = values_of(n, 5);
          for (std::size_t i = 0; i < n; ++i) values[i] += offset;
          values[at] = offset - 100;
          values[(at + n / 2) % n] = offset + 99;
          float least = kUntouched, most = kUntouched;
          CAPTURE(name_of(kernels), n, at, offset);
          CHECK(kernels->bounds(values.data(), std::int64_t(n), &least, &most));
          CHECK(least == *std::min_element(values.data(), values.data() + n));
          CHECK(most == *std::max_element(values.data(), values.data() + n));
        }
}

TEST_CASE("bounds find a value that is not finite, and look at none beyond") {
  for (const Kernels* kernels : every_kernels())
    for (std::size_t n : {1, 2, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 40, 100})
      for (std::size_t at = 0; at < n + 16; ++at)
        for (float bad : {NAN, INFINITY, -INFINITY}) {
          Buffer values = values_of(n, 5);
          values[at] = bad;
          float least, most;
          CAPTURE(name_of(kernels), n, at, bad);
          CHECK(kernels->bounds(values.data(), std::int64_t(n), &least, &most) == (at >= n));
        }
}
