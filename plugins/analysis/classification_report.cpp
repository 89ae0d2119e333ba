#include <fmt/format.h>

#include "label_pair.h"
#include "labels.h"
#include "pipeline/plugin.h"

namespace pipeline::analysis {
namespace {

struct Scores {
  double precision = 0, recall = 0, f1 = 0, support = 0;
};

double ratio(double part, double whole) { return whole > 0 ? part / whole : 0; }

/// Of a class with so many right, predicted and true labels; what has none of them is zero.
Scores scores_of(double right, double predicted, double truth) {
  return {ratio(right, predicted), ratio(right, truth), ratio(2 * right, predicted + truth), truth};
}

std::string line(const std::string& name, const Scores& s) {
  return fmt::format("{:>12} {:>10.4f} {:>10.4f} {:>10.4f} {:>10}\n", name, s.precision, s.recall,
                     s.f1, std::int64_t(s.support));
}

}  // namespace

/// Precision, recall and F1 of each class and in the mean (scikit-learn's classification_report).
class ClassificationReport : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "Precision, recall and F1 of each class and in the mean (scikit-learn's "
        "classification_report); 0 where there is nothing to divide by.");
    labels_.declare(d, "the true labels", "the predicted ones");
    d.output("classes", classes_, "a table of label, precision, recall, f1 and support");
    d.output("accuracy", accuracy_, "f64, the share of labels that are told right");
    d.output("precision", precision_, "f64, the mean of the classes' (macro average)");
    d.output("recall", recall_, "f64, the same of recall");
    d.output("f1", f1_, "f64, the same of F1");
    d.output("weighted_f1", weighted_f1_, "f64, the mean by the classes' supports");
    d.output("text", text_, "all of it as text");
  }

  void preflight(ComponentFactory&) override {
    labels_.preflight();
    for (Output<double>* output : {&accuracy_, &precision_, &recall_, &f1_, &weighted_f1_})
      output->set_shape({});
  }

  void run(Context&) override {
    std::vector<std::int64_t> truth, predicted;
    labels_.read(truth, predicted);
    std::vector<std::int64_t> all = truth;
    all.insert(all.end(), predicted.begin(), predicted.end());
    const std::vector<std::int64_t> classes = classes_of(all);
    const auto counts = counts_of(places_among(classes, truth), classes.size(),
                                  places_among(classes, predicted), classes.size());
    std::string text = fmt::format("{:>12} {:>10} {:>10} {:>10} {:>10}\n", "", "precision",
                                   "recall", "f1", "support");
    std::vector<double> columns[3];
    std::vector<std::int64_t> support;
    Scores macro, weighted;
    for (std::size_t c = 0; c < classes.size(); ++c) {
      std::int64_t of_class = 0, as_class = 0;
      for (std::size_t other = 0; other < classes.size(); ++other) {
        of_class += counts[c][other];
        as_class += counts[other][c];
      }
      const Scores s = scores_of(double(counts[c][c]), double(as_class), double(of_class));
      text += line(std::to_string(classes[c]), s);
      const double values[] = {s.precision, s.recall, s.f1};
      for (int i = 0; i < 3; ++i) columns[i].push_back(values[i]);
      support.push_back(of_class);
      add(macro, s, 1 / double(classes.size()));
      add(weighted, s, s.support / double(truth.size()));
    }
    macro.support = weighted.support = double(truth.size());
    const double right = accuracy(truth, predicted);
    text += "\n" + fmt::format("{:>12} {:>32.4f} {:>10}\n", "accuracy", right, truth.size()) +
            line("macro", macro) + line("weighted", weighted);

    Table table;
    table.add("label", Array::of(classes));
    table.add("precision", Array::of(columns[0]));
    table.add("recall", Array::of(columns[1]));
    table.add("f1", Array::of(columns[2]));
    table.add("support", Array::of(support));
    classes_.set(std::move(table));
    accuracy_.set_scalar(right);
    precision_.set_scalar(macro.precision);
    recall_.set_scalar(macro.recall);
    f1_.set_scalar(macro.f1);
    weighted_f1_.set_scalar(weighted.f1);
    text_.set({text});
  }

 private:
  static void add(Scores& mean, const Scores& s, double weight) {
    mean.precision += weight * s.precision;
    mean.recall += weight * s.recall;
    mean.f1 += weight * s.f1;
  }

  LabelPair labels_{"y_true", "y_pred"};
  Output<Table> classes_;
  Output<double> accuracy_, precision_, recall_, f1_, weighted_f1_;
  Output<Text> text_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("metrics.classification_report", pipeline::analysis::ClassificationReport);
