#include "stages.h"

using namespace pipeline;
using namespace pipeline::analysis;
using testing::StageRun;

namespace {

StageRun pair(const char* id, const Value::Map& params, const std::vector<int>& truth,
              const std::vector<int>& predicted) {
  StageRun run(components(), id, params);
  const bool rand = std::string(id) == "metrics.adjusted_rand_score";
  run.input(rand ? "labels_true" : "y_true", Array::of(truth));
  run.input(rand ? "labels_pred" : "y_pred", Array::of(predicted));
  return run;
}

double score(StageRun run) { return output(run, "score").view<double>()[0]; }

std::string message(StageRun run) {
  return message_of([&] { run.run(); });
}

std::string of_samples(const char* id, const Value::Map& params, const char* other, Array array) {
  StageRun run(components(), id, params);
  run.input("x", Array::of<float>({0, 1, 2, 3, 4, 5, 6, 7}, {8, 1})).input(other, array);
  return message_of([&] { run.run(); });
}

}  // namespace

TEST_CASE("Labels are counted, and reported as text") {
  StageRun run = pair("metrics.classification_report", {}, {0, 0, 0, 2}, {0, 0, 2, 1});
  const auto outputs = run.run();
  CHECK(ArtifactCodec<Text>::decode(outputs.at("text")).text ==
        "              precision     recall         f1    support\n"
        "           0     1.0000     0.6667     0.8000          3\n"
        "           1     0.0000     0.0000     0.0000          0\n"
        "           2     0.0000     0.0000     0.0000          1\n"
        "\n"
        "    accuracy                           0.5000          4\n"
        "       macro     0.3333     0.2222     0.2667          4\n"
        "    weighted     0.7500     0.5000     0.6000          4\n");
  StageRun matrix = pair("metrics.confusion_matrix", {}, {5, 5, 7}, {5, 7, 7});
  CHECK(values<std::int64_t>(output(matrix, "matrix")) == std::vector<std::int64_t>{1, 1, 0, 1});
}

TEST_CASE("Equal divisions have the score 1, whatever their numbers, and crossed ones below 0") {
  CHECK(score(pair("metrics.adjusted_rand_score", {}, {0, 0, 1, 1}, {7, 7, -3, -3})) == 1);
  CHECK(score(pair("metrics.adjusted_rand_score", {}, {0, 0, 1, 1}, {0, 1, 0, 1})) == -0.5);
  CHECK(score(pair("metrics.adjusted_rand_score", {}, {1, 1}, {2, 2})) == 1);
  CHECK(score(pair("metrics.accuracy_score", {}, {1, 2, 3, 4}, {1, 2, 3, 5})) == 0.75);
}

TEST_CASE("Labels that do not fit are refused") {
  CHECK(message(pair("metrics.accuracy_score", {}, {1, 2}, {1})) ==
        "input 'y_pred' has 1 rows, and y_true has 2: they must be as many");
  CHECK(message(pair("metrics.accuracy_score", {}, {}, {})) == "input 'y_true' has no labels");
  CHECK(message(pair("metrics.confusion_matrix", {{"labels", Value::List{3, 3}}}, {1}, {1})) ==
        "parameter 'labels' names 3 twice");
  CHECK(message(pair("metrics.confusion_matrix", {{"labels", Value::List{3}}}, {1}, {1})) ==
        "none of the labels that parameter 'labels' names is in y_true and y_pred");
  CHECK(of_samples("metrics.silhouette_score", {}, "labels",
                   Array::of<int>({1, 1, 1, 1, 1, 1, 1, 1})) ==
        "input 'labels' has 1 different labels of 8 rows; expected 2 to 7");
  CHECK(of_samples("metrics.silhouette_score", {}, "labels", Array::of<int>({1, 2})) ==
        "input 'labels' has 2 rows, and x has 8: they must be as many");
  CHECK(of_samples("manifold.trustworthiness", {{"n_neighbors", 4}}, "embedding",
                   Array::zeros<float>({8, 2})) ==
        "parameter 'n_neighbors' is 4, and must be less than half of the 8 samples");
}

TEST_CASE("Distances of other metrics follow by hand") {
  const auto distances = [](const char* metric, Array x) {
    StageRun run(components(), "metrics.pairwise_distances", {{"metric", metric}});
    run.input("x", x);
    return values<double>(output(run, "distances"));
  };
  const Array x = Array::of<double>({3, 4, 0, 0, -4, 3}, {3, 2});
  CHECK(distances("euclidean", x)[1] == 5);
  CHECK(distances("manhattan", x)[2] == 8);
  CHECK(distances("cosine", x) == std::vector<double>{0, 1, 1, 1, 0, 1, 1, 1, 0});
}
