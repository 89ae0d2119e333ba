#include "label_pair.h"
#include "labels.h"
#include "pipeline/plugin.h"

namespace pipeline::analysis {

/// The share of labels that are told right (scikit-learn's accuracy_score).
class AccuracyScore : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("The share of labels that are told right (scikit-learn's accuracy_score).");
    labels_.declare(d, "the true labels", "the predicted ones");
    d.output("score", score_, "f64, 0 to 1");
  }
  void preflight(ComponentFactory&) override {
    labels_.preflight();
    score_.set_shape({});
  }
  void run(Context&) override {
    std::vector<std::int64_t> truth, predicted;
    labels_.read(truth, predicted);
    score_.set_scalar(accuracy(truth, predicted));
  }

 private:
  LabelPair labels_{"y_true", "y_pred"};
  Output<double> score_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("metrics.accuracy_score", pipeline::analysis::AccuracyScore);
