// Values that PyTorch 1.13 computed in double precision from wave() inputs and weights: F.linear,
// F.conv2d (Keras' padding by F.pad), F.max_pool2d, F.elu, F.softplus,
// F.silu, F.gelu, F.leaky_relu, F.softmax, F.conv_transpose2d, F.layer_norm, F.avg_pool2d.
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

TEST_CASE("The smooth activations, leaky_relu and softmax give PyTorch's values") {
  auto x = wave(6, 2, 0);
  for (float& v : x) v *= 3;
  const auto of = [&](const char* function) {
    auto g = graph_of("activation", {{"function", function}}, {{6}});
    return forward(g, {x}, 1);
  };
  CHECK(distance(of("swish"), std::vector<double>{0.0000000, 2.5605431, -0.2125184, -0.2530702,
                                                  2.8229680, -0.2669205}) < 5e-7);
  CHECK(distance(of("gelu"), std::vector<double>{0.0000000, 2.7191984, -0.0263173, -0.1684424,
                                                 2.9636275, -0.0837788}) < 5e-7);
  CHECK(distance(of("leaky_relu"), std::vector<double>{0.0000000, 2.7278923, -0.4540815, -0.1676493,
                                                       2.9680747, -0.3264127}) < 5e-7);
  auto softmax = graph_of("softmax", {}, {{3}});
  CHECK(distance(forward(softmax, {wave(6)}, 2),
                 std::vector<double>{0.2113158, 0.3647837, 0.4239004, 0.5535452, 0.2936712,
                                     0.1527836}) < 2e-7);
}

TEST_CASE("A transposed convolution gives PyTorch's values and gradients") {
  const Value::Map params{{"filters", 3}, {"kernel", 3}, {"stride", 2}};
  auto g = graph_of("conv2d_transpose", params, {{2, 3, 4}});
  CHECK(g.graph.shape(g.output) == Shape{3, 7, 9});
  set_weights(g);
  CHECK(
      distance(
          forward(g, {wave(24)}, 1),
          std::vector<double>{
              -0.2152945, 0.5577121,  1.1264367,  0.9108674,  1.5337709,  0.9290647,  1.3131859,
              0.6037457,  -0.0213233, 0.9092097,  0.2216942,  -0.1785095, -0.2404606, -0.8963919,
              -0.4960858, -1.0992500, -0.4249568, 0.1019405,  -0.0823766, -0.3127622, -0.5960093,
              -0.2940171, -0.3658119, -0.0435539, 0.1298698,  0.3208307,  0.5100719,  -0.5949475,
              -0.0605267, 0.1346409,  0.4258074,  0.9910716,  0.8053148,  1.4748232,  0.8995074,
              0.5733930,  0.3465064,  0.6277609,  0.9699607,  0.7328826,  0.9192619,  0.5867555,
              0.5296572,  0.2581054,  -0.0180713, 0.9836559,  0.6640849,  0.6965062,  0.2097702,
              -0.1995077, -0.2497655, -0.9082527, -0.4983952, -0.4107480, -0.5233128, -0.4925407,
              -0.8081053, -0.1918156, -0.0253310, 0.2925607,  0.8627941,  0.7327784,  0.9232595,
              1.8614788,  1.6989486,  1.8190680,  1.2886966,  0.9264348,  0.7414879,  0.0672223,
              0.3146834,  0.3802016,  0.3060833,  0.1298408,  -0.2422540, 0.3891483,  0.4810548,
              0.9345706,  1.4472535,  1.5095873,  1.7187582,  0.6490133,  1.0764061,  1.2797623,
              1.2829594,  1.6138349,  1.3552543,  1.6580333,  1.2592895,  1.0100717,  1.4806605,
              1.8437590,  2.3901323,  1.7799195,  1.9233618,  1.3480935,  1.0211416,  0.7513755,
              0.3268871,  1.3789934,  1.0401985,  0.9397673,  0.8010235,  0.5151147,  0.6542520,
              0.3173331,  0.6689131,  0.8098732,  0.7784079,  0.2704114,  -0.3871040, 0.1314061,
              -0.2308096, 0.3997359,  0.5031757,  0.9492011,  1.5399552,  0.8731746,  1.5277752,
              2.1784929,  1.8685565,  2.4152450,  1.7996640,  1.9852071,  1.3534989,  0.7173949,
              0.3281156,  -0.3657245, -0.9929579, -0.5190508, -0.9655008, -0.2707092, -0.3264035,
              0.2625013,  0.8556571,  -0.0387736, 0.7345874,  1.3160342,  1.0704367,  1.6816014,
              1.0603930,  1.4138353,  0.7091801,  0.0803981,  0.7857754,  0.8079830,  0.9921777,
              0.6886282,  0.5992574,  0.4029510,  0.0820472,  0.0853097,  0.0174596,  0.8932606,
              0.1819788,  -0.2793208, -0.2732597, -0.9083930, -0.4424298, -0.9526837, -0.2459681,
              0.2869097,  0.0013276,  -0.1149038, -0.4081847, -0.1035262, -0.1506426, 0.1140916,
              0.3352992,  0.4356005,  0.6431172,  -0.3432837, 0.2237264,  0.5115733,  0.7457491,
              1.3314579,  1.0745844,  1.6826873,  1.0555761,  0.6801794,  1.1175253,  0.7679049,
              0.7665125,  0.3011892,  -0.1315810, -0.1496304, -0.8102397, -0.3725262, -0.2531686}) <
      1e-6);
  const auto found = backward(g, {wave(24)}, wave(189, 0.5, 0.4), 1);
  CHECK(distance(found.inputs[0],
                 std::vector<double>{0.5222439,  -0.1429183, -0.6766821, -0.5883075, -0.6840231,
                                     -0.1633756, 0.5074787,  0.7117594,  0.7242244,  0.4406312,
                                     -0.2480763, -0.7087036, 0.7505501,  -0.2090505, -0.9764511,
                                     -0.8461070, -0.9848427, -0.2324354, 0.7336718,  1.0252446,
                                     1.0440898,  0.6326084,  -0.3604902, -1.0221558}) < 2e-6);
  const std::vector<float> kernel(found.weights.begin(), found.weights.begin() + 54);
  CHECK(distance(
            kernel,
            std::vector<double>{
                4.7211255,  2.8014273,  0.1958420,  1.7405832,  4.0229099,  5.3202880,  -5.4549408,
                -4.4974523, -2.4388307, 4.4694340,  2.3952162,  -0.2654340, 2.1715214,  4.3222048,
                5.4146617,  -5.3849291, -4.2174214, -2.0173419, 4.1861695,  1.9720848,  -0.7248349,
                2.5871195,  4.5909667,  5.4707852,  -5.2768773, -3.9075979, -1.5816021, -0.4937696,
                2.4669050,  4.8235951,  -5.8093691, -5.9409636, -4.6180029, 2.9429508,  0.0377554,
                -2.8766839, 0.0159681,  2.9238769,  5.1159186,  -5.9364652, -5.8156418, -4.2709465,
                2.4867957,  -0.4720511, -3.3153234, 0.5255929,  3.3601940,  5.3721023,  -6.0216249,
                -5.6492373, -3.8937194, 2.0130735,  -0.9785230, -3.7305430}) < 4e-6);
  const std::vector<float> bias(found.weights.begin() + 64, found.weights.begin() + 67);
  CHECK(distance(bias, std::vector<double>{0.0324195, 0.0463068, 0.0598669}) < 4e-6);

  // Keras' same cuts the last row and column off, as torch's output[:, :, :6, :8].
  Value::Map same = params;
  same["padding"] = "same";
  auto cut = graph_of("conv2d_transpose", same, {{2, 3, 4}});
  CHECK(cut.graph.shape(cut.output) == Shape{3, 6, 8});
  set_weights(cut);
  const auto y = forward(cut, {wave(24)}, 1);
  CHECK(distance(
            std::vector<float>(y.begin(), y.begin() + 48),
            std::vector<double>{
                -0.2152945, 0.5577121,  1.1264367,  0.9108674,  1.5337709,  0.9290647,  1.3131859,
                0.6037457,  0.9092097,  0.2216942,  -0.1785095, -0.2404606, -0.8963919, -0.4960858,
                -1.0992500, -0.4249568, -0.0823766, -0.3127622, -0.5960093, -0.2940171, -0.3658119,
                -0.0435539, 0.1298698,  0.3208307,  -0.5949475, -0.0605267, 0.1346409,  0.4258074,
                0.9910716,  0.8053148,  1.4748232,  0.8995074,  0.3465064,  0.6277609,  0.9699607,
                0.7328826,  0.9192619,  0.5867555,  0.5296572,  0.2581054,  0.9836559,  0.6640849,
                0.6965062,  0.2097702,  -0.1995077, -0.2497655, -0.9082527, -0.4983952}) < 1e-6);
}

TEST_CASE("A dilated convolution gives PyTorch's values") {
  auto g = graph_of("conv2d", {{"filters", 2}, {"kernel", 3}, {"dilation", 2}}, {{2, 5, 6}});
  set_weights(g);
  CHECK(distance(forward(g, {wave(60)}, 1),
                 std::vector<double>{7.3222894, 4.3317677, -6.2341304, -5.4444063}) < 4e-6);
}

TEST_CASE("Layer normalisation gives PyTorch's values and gradients") {
  auto g = graph_of("layer_normalization", {}, {{5}});
  for (const WeightInfo& info : g.graph.weight_infos()) {
    const auto values = wave(5, 0.9, 0.1);
    std::copy(values.begin(), values.end(), g.graph.values(info).begin());
  }
  CHECK(distance(forward(g, {wave(10)}, 2),
                 std::vector<double>{0.0223963, 1.4910954, 2.0797627, 0.4359561, 0.2625537,
                                     0.0771784, -0.0156228, 0.1751568, 0.4315564, -1.4687715}) <
        1e-6);
  const auto found = backward(g, {wave(10)}, wave(10, 0.5, 0.4), 2);
  CHECK(distance(found.inputs[0], std::vector<double>{0.1880618, -0.0072486, 0.2302842, -0.3831234,
                                                      -0.0279739, 0.4836119, 0.5060760, -0.5762305,
                                                      -0.6094402, 0.1959828}) < 2e-6);
  const std::vector<float> gamma(found.weights.begin(), found.weights.begin() + 5);
  CHECK(distance(gamma, std::vector<double>{-0.3563501, 0.8650220, 1.7408185, 0.0109002,
                                            -2.7512085}) < 2e-6);
  const std::vector<float> beta(found.weights.begin() + 16, found.weights.begin() + 21);
  CHECK(distance(beta, std::vector<double>{0.6286677, 0.5277858, 0.2976836, -0.0053020,
                                           -0.3069894}) < 2e-6);
}

TEST_CASE("Other poolings give PyTorch's values") {
  // F.avg_pool2d with padding=1, count_include_pad=False.
  const Value::Map same{{"size", 3}, {"stride", 2}, {"padding", "same"}};
  auto average = graph_of("average_pool2d", same, {{2, 5, 5}});
  CHECK(distance(forward(average, {wave(50)}, 1),
                 std::vector<double>{-0.1130992, 0.0456229, 0.1636771, -0.2676636, -0.1626628,
                                     0.0873343, -0.0548322, -0.1476771, -0.1088839, -0.1452779,
                                     -0.1297085, 0.0014821, -0.0047171, -0.2149018, -0.2335248,
                                     0.1423184, -0.0051203, -0.1479948}) < 1e-6);
  auto largest = graph_of("global_max_pooling2d", {}, {{2, 5, 5}});
  CHECK(distance(forward(largest, {wave(50)}, 1), std::vector<double>{0.9916648, 0.9839067}) <
        1e-6);
}
