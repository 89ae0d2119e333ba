#include <catch2/catch.hpp>

#include "training.h"

// The expected losses are PyTorch 1.13's in double precision, printed by reference.py beside this
// file, which makes samples, weights and networks by the same formulas.

using namespace training;

namespace {

struct Losses {
  std::vector<double> train, validation;
};

Losses fit(const Value& model, const Value& optimizer, const Shape& sample, int batch_size) {
  testing::StageRun run(components(), "train.fit",
                        {{"model", model},
                         {"optimizer", optimizer},
                         {"epochs", 6},
                         {"batch_size", batch_size},
                         {"shuffle", false}});
  run.input("train", samples(40, sample)).input("validation", samples(10, sample, 40));
  const Value info = run.preflight().at("model").info;
  run.input("initial", model_by_formula(info), info);
  const auto outputs = run.run();
  return {column(outputs.at("history"), "loss"), column(outputs.at("history"), "val_loss")};
}

Value optimizer(const char* id, Value::Map params = {}) { return Value::Map{{id, params}}; }

void check(const std::vector<double>& found, const std::vector<double>& expected) {
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Approx(expected[i]).epsilon(5e-6));
}

void check(const Losses& found, const Losses& expected) {
  check(found.train, expected.train);
  check(found.validation, expected.validation);
}

}  // namespace

TEST_CASE("Stochastic gradient descent trains as PyTorch's") {
  check(fit(dense_autoencoder(), optimizer("sgd", {{"learning_rate", 0.5}}), {12}, 40),
        {{0.699747160, 0.699180115, 0.698634898, 0.698109483, 0.697601381, 0.697107864},
         {0.698550319, 0.698028013, 0.697522947, 0.697033749, 0.696558006, 0.696093497}});
}

TEST_CASE("Momentum trains as PyTorch's") {
  check(fit(dense_autoencoder(), optimizer("sgd", {{"learning_rate", 0.1}, {"momentum", 0.9}}),
            {12}, 40),
        {{0.699747160, 0.699632810, 0.699417327, 0.699113862, 0.698735206, 0.698293649},
         {0.698983924, 0.698777466, 0.698486799, 0.698124191, 0.697700534, 0.697226650}});
}

TEST_CASE("Nesterov's momentum trains as PyTorch's") {
  check(fit(dense_autoencoder(),
            optimizer("sgd", {{"learning_rate", 0.1}, {"momentum", 0.9}, {"nesterov", true}}), {12},
            40),
        {{0.699747160, 0.699530305, 0.699225586, 0.698845855, 0.698403708, 0.697910411},
         {0.698885719, 0.698593767, 0.698230108, 0.697806097, 0.697331980, 0.696817810}});
}

TEST_CASE("Adadelta trains as PyTorch's") {
  check(fit(dense_autoencoder(), optimizer("adadelta"), {12}, 40),
        {{0.699747160, 0.699431272, 0.699120138, 0.698816080, 0.698518388, 0.698225248},
         {0.698791056, 0.698490894, 0.698196705, 0.697908780, 0.697625500, 0.697347155}});
}

TEST_CASE("RMSprop trains as PyTorch's") {
  check(fit(dense_autoencoder(), optimizer("rmsprop", {{"learning_rate", 0.01}}), {12}, 40),
        {{0.699747160, 0.692447361, 0.684666603, 0.675148305, 0.664314043, 0.652396865},
         {0.691822500, 0.684154791, 0.674605844, 0.663699791, 0.651602574, 0.638576647}});
}

TEST_CASE("Adam trains as PyTorch's, with epsilon where Keras has it") {
  check(fit(dense_autoencoder(), optimizer("adam", {{"learning_rate", 0.01}}), {12}, 40),
        {{0.699747160, 0.697264363, 0.694976559, 0.692740050, 0.690357381, 0.687659460},
         {0.696647320, 0.694361045, 0.692146891, 0.689814038, 0.687218288, 0.684204599}});
}

TEST_CASE("Batches, the last one smaller, weigh by their samples in an epoch's loss") {
  check(fit(dense_autoencoder(), optimizer("rmsprop", {{"learning_rate", 0.01}}), {12}, 16),
        {{0.694037075, 0.667649810, 0.632640953, 0.596436002, 0.562511919, 0.532699803},
         {0.675668890, 0.641525912, 0.604371198, 0.568750442, 0.537340915, 0.509987484}});
}

TEST_CASE("A model can learn by the mean squared error") {
  check(fit(dense_autoencoder("mean_squared_error"), optimizer("adam", {{"learning_rate", 0.01}}),
            {12}, 16),
        {{0.127097725, 0.123761054, 0.119580181, 0.113929077, 0.106694157, 0.097754011},
         {0.125779209, 0.122081182, 0.116815911, 0.109996852, 0.101488137, 0.091414737}});
}

TEST_CASE("A convolutional auto-encoder trains as PyTorch's") {
  check(fit(conv_autoencoder(), optimizer("rmsprop", {{"learning_rate", 0.01}}), {1, 7, 7}, 16),
        {{0.693531694, 0.680004345, 0.663314580, 0.650452069, 0.642395306, 0.636705078},
         {0.684931483, 0.667776617, 0.653115404, 0.643641975, 0.637834584, 0.633103163}});
  check(fit(conv_autoencoder(), optimizer("adadelta"), {1, 7, 7}, 40),
        {{0.697168740, 0.696847751, 0.696540583, 0.696248023, 0.695969098, 0.695702404},
         {0.697477462, 0.697168690, 0.696874419, 0.696593793, 0.696325314, 0.696067287}});
}

TEST_CASE("A variational auto-encoder without noise trains as PyTorch's") {
  check(fit(small_vae(0), optimizer("rmsprop", {{"learning_rate", 0.01}}), {12}, 16),
        {{0.723501109, 0.702382001, 0.694789681, 0.691909183, 0.690517403, 0.687240911},
         {0.705417325, 0.696227729, 0.692417891, 0.691587498, 0.688129797, 0.685119324}});
  check(fit(small_vae(0), optimizer("adam", {{"learning_rate", 0.01}}), {12}, 40),
        {{0.736421697, 0.728061382, 0.721872872, 0.717130662, 0.713288427, 0.710016288},
         {0.728224128, 0.722005828, 0.717232897, 0.713309860, 0.710044476, 0.707194704}});
}
