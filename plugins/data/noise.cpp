#include <fmt/format.h>

#include <cmath>
#include <functional>

#include "element_types.h"
#include "pipeline/math.h"
#include "pipeline/plugin.h"
#include "sample_random.h"

namespace pipeline::data {
namespace {

constexpr std::uint32_t kPurpose = 0x6e6f6973;  // of the draws: "nois"
constexpr double kTwoPi = 6.283185307179586;

/// Normal with mean 0 and deviation 1 (Box and Muller, 1958), of two words a value.
double normal(SampleRandom& random) {
  const double radius = std::sqrt(-2 * math::log(1 - random.uniform(0, 1)));
  return radius * math::cos(kTwoPi * random.uniform(0, 1));
}

}  // namespace

/// Damages samples. The draws of a row depend on the seed and the row's number alone.
class Noise : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Damages samples: sets values to zero, adds normal noise, or makes values the least or "
        "greatest. A row's noise depends on the seed and its number alone.");
    d.param("kind", kind_,
            "binomial: times 1 with probability keep, else 0; gaussian: plus normal numbers; "
            "salt_and_pepper: a share of the values becomes high or low")
        .choices({"binomial", "gaussian", "salt_and_pepper"});
    d.param("keep", keep_, "binomial: share of the values that stay").range(0, 1);
    d.param("stddev", stddev_, "gaussian: standard deviation").at_least(0);
    d.param("amount", amount_, "salt_and_pepper: share of the values that change").range(0, 1);
    d.param("low", low_, "salt_and_pepper: what half of them become");
    d.param("high", high_, "salt_and_pepper: what the other half become");
    d.param("seed", seed_, "another seed draws other noise");
    d.input("x", x_, "samples of numbers").rank(1, 64);
    d.output("y", y_, "f32, the samples with noise; what leaves [0, 1] is not cut off");
  }

  void preflight(ComponentFactory&) override {
    require_numbers(x_);
    y_.set_shape(x_.shape());
  }

  void run(Context& context) override {
    const auto y = y_.allocate(x_->shape());
    const std::int64_t rows = x_->shape()[0];
    const std::size_t size = rows == 0 ? 0 : y.size() / std::size_t(rows);
    const auto damage = damaging();
    with_elements(x_.get(), [&](auto x) {
      for (std::int64_t row = 0; row < rows; ++row) {
        if (row % 64 == 0) context.check_cancelled();
        SampleRandom random(seed_, kPurpose, std::uint64_t(row));
        const std::size_t first = std::size_t(row) * size;
        for (std::size_t i = first; i < first + size; ++i)
          y[i] = float(damage(double(x[i]), random));
      }
    });
  }

 private:
  std::function<double(double, SampleRandom&)> damaging() const {
    if (kind_ == "binomial")
      return [this](double value, SampleRandom& random) {
        return random.uniform(0, 1) < keep_ ? value : 0;
      };
    if (kind_ == "gaussian")
      return
          [this](double value, SampleRandom& random) { return value + stddev_ * normal(random); };
    return [this](double value, SampleRandom& random) {
      const double draw = random.uniform(0, 1);
      if (draw >= amount_) return value;
      return draw < amount_ / 2 ? low_ : high_;
    };
  }

  std::string kind_ = "binomial";
  double keep_ = 0.7, stddev_ = 0.1, amount_ = 0.05, low_ = 0, high_ = 1;
  std::uint64_t seed_ = 0;
  Input<Array> x_;
  Output<float> y_;
};

}  // namespace pipeline::data

PIPELINE_COMPONENT("data.noise", pipeline::data::Noise);
