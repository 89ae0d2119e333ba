#include "models.h"

using namespace models;
using Catch::Matchers::Contains;

namespace {

Value vae(double sigma, int latent = 2, Value::Map more = {}) {
  Value::Map params = {{"latent", latent},
                       {"sigma", sigma},
                       {"encoder", Value::List{dense(3, "tanh")}},
                       {"decoder", Value::List{dense(4, "sigmoid")}}};
  params.merge(more);
  return Value::Map{{"vae", params}};
}

const std::vector<float> kSamples = {0.0f, 0.25f, 0.5f, 1.0f, 1.0f, 0.75f, 0.1f, 0.0f};

void check_weight(Built& built, std::size_t k, const std::vector<double>& expected) {
  INFO(built.network.graph.weight_infos()[k].path);
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(double(built.gradient(k)[i]) == Approx(expected[i]).margin(2e-7));
}

}  // namespace

TEST_CASE("The loss and its gradients are PyTorch's") {
  // Printed by reference.py beside this file.
  Built built(vae(0), {4});
  const std::vector<double> losses = built.losses(kSamples, true);
  REQUIRE(losses.size() == 2);
  CHECK(losses[0] == Approx(1.040119165).epsilon(1e-6));
  CHECK(losses[1] == Approx(1.035109237).epsilon(1e-6));
  built.backward();
  check_weight(built, 0, {0.057599730, 0.056156982, 0.031674342, 0.051828738});
  check_weight(built, 1, {0.109428468, 0.278266317, 0.124452917});
  check_weight(built, 2, {-0.255856232, 0.077437572, -0.108386022, -0.313744835});
  check_weight(built, 3, {-0.317938613, -0.390031451});
  check_weight(built, 4, {0.051960122, -0.020830320, 0.030960693, 0.261763307});
  check_weight(built, 5, {0.064762213, 0.325378284});
  check_weight(built, 6, {0.006651951, 0.029850315, -0.004534588, 0.004855635});
  check_weight(built, 7, {-0.029821485, -0.000812995, 0.051592216, -0.034870882});
  const nn::Batch& mean = built.objective.executor().output(built.network.code->from);
  std::vector<float> codes(4);
  mean.scatter(codes);
  const std::vector<double> expected = {-0.641482056, -0.642351660, -0.478909130, -0.781686968};
  for (std::size_t i = 0; i < 4; ++i) CHECK(codes[i] == Approx(expected[i]).epsilon(1e-6));
}

TEST_CASE("Numeric gradients agree with the noise held still") {
  // 2 samples leave lanes of a block without one; 20 need a second block.
  const std::size_t count = GENERATE(2u, 20u);
  const double sigma = GENERATE(0.01, 0.7);
  Built built(vae(sigma), {4});
  check_gradients(built, samples(4 * count));
}

TEST_CASE("Numeric gradients agree for another reconstruction loss") {
  Built built(vae(0.3, 2, {{"loss", "mean_squared_error"}}), {4});
  check_gradients(built, samples(12));
}

TEST_CASE("Noise is drawn in training alone, and follows a sample's row") {
  Built still(vae(0), {4}), noisy(vae(0.5), {4});
  CHECK(noisy.losses(kSamples, false) == still.losses(kSamples, false));
  CHECK(noisy.losses(kSamples, true) != still.losses(kSamples, true));
  const std::vector<float> twice = {0.1f, 0.2f, 0.3f, 0.4f, 0.1f, 0.2f, 0.3f, 0.4f};
  const std::vector<double> losses = noisy.losses(twice, true);
  CHECK(losses[0] != losses[1]);
  CHECK(noisy.losses({twice.begin(), twice.begin() + 4}, true, 1)[0] == losses[1]);
}

TEST_CASE("The standard divergence takes the width's logarithm for what it is, and has a weight") {
  // As below: mean 2 and -1, logarithm of width 0.5 and 0; output 1/2.
  Built built(vae(0, 2, {{"kl", "standard"}, {"beta", 0.25}}), {4});
  for (std::size_t k = 0; k < built.network.graph.weight_infos().size(); ++k)
    for (float& value : built.weight(k)) value = 0;
  built.weight(3)[0] = 2;
  built.weight(3)[1] = -1;
  built.weight(5)[0] = 0.5;
  // -1/2 · ((1 + 1 - 4 - e) + (1 + 0 - 1 - 1)) = -1/2 · (-2 - 2.7182818285 - 1)
  for (double loss : built.losses(kSamples, false))
    CHECK(loss == Approx(std::log(2.0) + 0.25 * 2.8591409142).epsilon(1e-6));
}

TEST_CASE("Numeric gradients agree for the standard divergence") {
  Built built(vae(0.3, 2, {{"kl", "standard"}, {"beta", 0.5}}), {4});
  check_gradients(built, samples(12));
}

TEST_CASE("A code that is a standard normal costs nothing beyond the reconstruction") {
  // Zero weights: mean 0 and logarithm of width 0, and an output of 1/2 everywhere.
  Built built(vae(0), {4});
  for (std::size_t k = 0; k < built.network.graph.weight_infos().size(); ++k)
    for (float& value : built.weight(k)) value = 0;
  for (double loss : built.losses(kSamples, false))
    CHECK(loss == Approx(std::log(2.0)).epsilon(1e-6));
}

TEST_CASE("The divergence is that of the formula, for a code set by hand") {
  // Biases alone: mean 2 and -1, logarithm of width 0.5 and 0; output 1/2.
  Built built(vae(0), {4});
  for (std::size_t k = 0; k < built.network.graph.weight_infos().size(); ++k)
    for (float& value : built.weight(k)) value = 0;
  built.weight(3)[0] = 2;
  built.weight(3)[1] = -1;
  built.weight(5)[0] = 0.5;
  // -1/4 · ((1 + 0.5 - 4 - e^0.5) + (1 + 0 - 1 - 1)) = -1/4 · (-2.5 - 1.6487212707 - 1)
  const double divergence = 1.287180318;
  for (double loss : built.losses(kSamples, false))
    CHECK(loss == Approx(std::log(2.0) + divergence).epsilon(1e-6));
}

TEST_CASE("What does not fit is said with the part and the layer") {
  const Value flat =
      Value::Map{{"vae", Value::Map{{"encoder", Value::List{layer("max_pool2d", {{"size", 2}})}},
                                    {"decoder", Value::List{dense(4, "sigmoid")}}}}};
  CHECK_THAT(problem(flat, {1, 4, 4}),
             Contains("encoder ends in shape 1×2×2") && Contains("'flatten'"));
  CHECK_THAT(problem(vae(0), {5}),
             Contains("decoder ends in shape 4") && Contains("that of the samples, 5"));
  const Value images = Value::Map{
      {"vae", Value::Map{{"decoder", Value::List{layer("up_sampling2d", {{"size", 2}})}}}}};
  CHECK_THAT(problem(images, {4}), Contains("decoder: layer 'up_sampling2d_1'"));
  CHECK_THAT(problem(vae(0, 0), {4}), Contains("parameter 'latent' must be at least 1, got 0"));
  CHECK_THAT(problem(vae(-1), {4}), Contains("parameter 'sigma' must be at least 0"));
}
