// Values that PyTorch 1.13 computed in double precision from wave() inputs and weights: F.linear,
// F.conv2d (Keras' padding by F.pad), F.max_pool2d, F.elu, F.softplus.
#include <catch2/catch.hpp>

#include "make.h"

using namespace pipeline;
using namespace pipeline::nn;
using pipeline::nn::testing::backward;
using pipeline::nn::testing::forward;

TEST_CASE("A dense layer gives PyTorch's values") {
  auto g = graph_of("dense", {{"units", 4}, {"activation", "sigmoid"}}, {{3}});
  set_weights(g);
  CHECK(distance(forward(g, {wave(6)}, 2),
                 std::vector<double>{0.8669963, 0.4170830, 0.7441988, 0.3076249, 0.4309665,
                                     0.8593297, 0.3413962, 0.5407305}) < 1e-6);
}

TEST_CASE("A convolution with relu gives PyTorch's values and gradients") {
  auto g = graph_of("conv2d",
                    {{"filters", 3}, {"kernel", 3}, {"padding", "same"}, {"activation", "relu"}},
                    {{2, 4, 5}});
  set_weights(g);
  const auto y = forward(g, {wave(40)}, 1);
  CHECK(distance(y, std::vector<double>{
                        0,         0,         0,         2.6842127, 3.6859699, 4.5898208, 5.7646291,
                        1.9332837, 0,         0,         0,         0,         0.8825958, 5.0836319,
                        4.7665597, 3.7227648, 3.3784484, 0,         0,         0,         3.7540105,
                        6.1938049, 4.4605405, 1.0985516, 0,         0,         0,         0,
                        0.5178554, 4.0373693, 5.3786617, 7.1351838, 3.7373230, 0,         0,
                        0,         0,         0,         2.2841059, 3.9923652, 0,         0,
                        0,         0,         1.2825804, 2.1152712, 6.7767493, 7.0028936, 4.0930179,
                        0,         0,         0,         0,         0,         2.7952560, 2.7803985,
                        5.7342879, 4.7228763, 1.6477723, 0}) < 2e-6);
  const auto found = backward(g, {wave(40)}, wave(60, 0.5, 0.4), 1);
  CHECK(distance(
            found.inputs[0],
            std::vector<double>{
                -2.2863366, -3.7662072, -4.5638487, -4.2968588, -3.0238571, 1.1595022,  3.2098129,
                4.3382105,  5.5303981,  5.1066979,  0.6923286,  0.0582551,  -3.3400252, -5.5384752,
                -5.2541889, -0.7615494, -1.6633387, 0.5969583,  2.1853604,  3.1000941,  -1.0586187,
                -0.3231876, -0.4993604, 0.6974286,  1.5687763,  2.2562753,  2.7566383,  2.8240432,
                1.7786108,  -0.7519996, -0.2860917, -2.9666069, -3.1438380, -1.8676614, 1.2454514,
                -1.3937568, 1.1297182,  1.9161054,  2.1437843,  0.3030903}) < 2e-6);
  const std::vector<float> kernel(found.weights.begin(), found.weights.begin() + 54);
  CHECK(distance(
            kernel,
            std::vector<double>{
                -0.8884323, 0.8294335,  1.1748660,  1.9060856,  -0.8199148, -1.2509728, -2.0012652,
                0.2711207,  0.8801995,  0.7837638,  2.1197538,  0.6975146,  -1.5099947, -3.0625259,
                -1.2021556, 2.1840528,  3.3186476,  2.2495398,  2.5547082,  0.7177875,  -0.1759195,
                -3.5010034, -1.9846466, -1.4226158, 3.4577960,  2.1932821,  0.8302259,  -1.2663211,
                -3.0053998, -2.1224165, 0.5667967,  2.1370437,  2.6766881,  -0.5429251, -2.0933417,
                -2.9774537, -3.3200008, -2.4355983, -1.4791682, 2.8264435,  1.7001541,  0.5448577,
                -1.8162900, -1.7540326, -1.0399560, -0.4142648, 1.2601087,  2.1707934,  -0.5139603,
                -1.7122989, -2.6617508, 0.2221259,  0.8680261,  2.1548818}) < 4e-6);
  const std::vector<float> bias(found.weights.begin() + 64, found.weights.begin() + 67);
  CHECK(distance(bias, std::vector<double>{4.3649427, -0.8073263, -4.2663394}) < 2e-6);
}

TEST_CASE("Convolutions with other paddings and strides give PyTorch's values") {
  auto valid =
      graph_of("conv2d", {{"filters", 3}, {"kernel", 3}, {"activation", "tanh"}}, {{2, 4, 5}});
  set_weights(valid);
  CHECK(distance(forward(valid, {wave(40)}, 1),
                 std::vector<double>{0.9999803, 0.9589980, -0.9912525, -0.9986229, 0.7077173,
                                     0.9999232, -0.9999822, -0.9989361, 0.4760431, 0.9999987,
                                     0.9988661, -0.7393851, 0.9999974, 0.9999983, 0.9994431,
                                     -0.9999966, -0.9999365, -0.8070765}) < 1e-6);
  // An even kernel: Keras puts the odd zero behind.
  auto even = graph_of("conv2d", {{"filters", 3}, {"kernel", 2}, {"padding", "same"}}, {{2, 4, 5}});
  set_weights(even);
  const auto y = forward(even, {wave(40)}, 1);
  CHECK(distance(std::vector<float>(y.begin(), y.begin() + 12),
                 std::vector<double>{-0.5672991, -0.1746623, 0.3935582, 0.8701194, 0.3248394,
                                     0.8002498, 0.2866798, -0.2682829, -0.6036307, -0.2771897,
                                     -0.1620704, 0.4071649}) < 1e-6);
  CHECK(double(y.back()) == Approx(0.7128175).margin(1e-6));
  auto strided = graph_of(
      "conv2d", {{"filters", 3}, {"kernel", 3}, {"padding", "same"}, {"stride", 2}}, {{2, 4, 5}});
  set_weights(strided);
  CHECK(distance(forward(strided, {wave(40)}, 1),
                 std::vector<double>{4.5898208, 1.9332837, -4.1906190, 3.7227648, -0.0634579,
                                     -3.2820930, -2.5035415, -3.7692295, 4.0373693, -2.3889879,
                                     -1.3430369, 3.9923652, 2.1152712, 7.0028936, -0.6342465,
                                     2.7803985, 4.7228763, -1.4634418}) < 2e-6);
}

TEST_CASE("Max pooling with windows over the border gives PyTorch's values") {
  auto g = graph_of("max_pool2d", {{"size", 2}, {"padding", "same"}}, {{2, 5, 5}});
  CHECK(distance(forward(g, {wave(50)}, 1),
                 std::vector<double>{0.8414710, 0.9916648, 0.3115413, 0.9893582, 0.6629692,
                                     0.8591618, 0.9867719, 0.0079632, -0.9840650, 0.6374226,
                                     0.8676441, 0.9839067, 0.3590584, 0.9807633, 0.6243771,
                                     0.8838704, 0.9773425, -0.0424680}) < 1e-6);
}

TEST_CASE("The activation layer gives PyTorch's values") {
  auto elu = graph_of("activation", {{"function", "elu"}}, {{6}});
  CHECK(distance(forward(elu, {wave(6, 2, 0)}, 1),
                 std::vector<double>{0, 0.9092974, -0.5308358, -0.2437744, 0.9893582, -0.4195903}) <
        1e-6);
  auto softplus = graph_of("activation", {{"function", "softplus"}}, {{6}});
  CHECK(distance(forward(softplus, {wave(6, 2, 0)}, 1),
                 std::vector<double>{0.6931, 1.2478, 0.3847, 0.5632, 1.3055, 0.4577}) < 6e-5);
}
