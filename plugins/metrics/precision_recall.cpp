#include "pipeline/plugin.h"
#include "places.h"

namespace metrics {

/// True positives, false positives and false negatives of each class. Of several classes a sample
/// is said to be of the one with the largest output; a single output says yes above 1/2.
class ClassCounts : public nn::Metric {
 public:
  bool more_is_better() const override { return true; }
  std::size_t sums(const Shape& y, const Shape& target) const override {
    if (elements(y) == 1) {
      require_alike({elements(y)}, {elements(target)});
      return kCounts;
    }
    require_classes(y, target);
    return kCounts * std::size_t(y[0]);
  }
  void add(const nn::ConstBlock& y, const nn::ConstBlock& target, int lanes,
           std::span<const float> weights, std::span<double> sums) const override {
    if (y.values() == 1)
      return each_value(y, target, lanes, weights, [&](double p, double t, double w) {
        const bool said = p > 0.5, is = t > 0.5;
        if (said && is) sums[kTrue] += w;
        if (said && !is) sums[kFalse] += w;
        if (!said && is) sums[kMissed] += w;
      });
    each_class(y, target, lanes, weights,
               [&](const std::vector<double>& p, std::size_t t, double w) {
                 const std::size_t said = argmax(p);
                 if (said == t) sums[kCounts * t + kTrue] += w;
                 else sums[kCounts * said + kFalse] += w, sums[kCounts * t + kMissed] += w;
               });
  }
  /// By `average`: macro, the mean over the classes; micro, of all classes' counts together.
  double value(std::span<const double> sums) const override {
    if (average_ == "micro") {
      double all[kCounts] = {};
      for (std::size_t i = 0; i < sums.size(); ++i) all[i % kCounts] += sums[i];
      return of(all[kTrue], all[kFalse], all[kMissed]);
    }
    double sum = 0;
    for (std::size_t i = 0; i < sums.size(); i += kCounts)
      sum += of(sums[i + kTrue], sums[i + kFalse], sums[i + kMissed]);
    return sum / double(sums.size() / kCounts);
  }

 protected:
  void declare_average(Declaration& d) {
    d.param("average", average_, "macro: the mean over the classes; micro: over all samples")
        .choices({"macro", "micro"});
  }
  virtual double of(double true_positives, double false_positives,
                    double false_negatives) const = 0;

 private:
  enum { kTrue, kFalse, kMissed };
  static constexpr std::size_t kCounts = 3;
  std::string average_ = "macro";
};

/// True positives as a share of what was said to be positive.
class Precision : public ClassCounts {
 public:
  void declare(Declaration& d) override {
    d.summary("Share of what was said to be of a class that is; scikit-learn's precision_score.");
    declare_average(d);
  }

 protected:
  double of(double tp, double fp, double) const override { return share(tp, tp + fp); }
};

/// True positives as a share of what is positive.
class Recall : public ClassCounts {
 public:
  void declare(Declaration& d) override {
    d.summary("Share of what is of a class that was said to be; scikit-learn's recall_score.");
    declare_average(d);
  }

 protected:
  double of(double tp, double, double fn) const override { return share(tp, tp + fn); }
};

/// The harmonic mean of precision and recall.
class F1Score : public ClassCounts {
 public:
  void declare(Declaration& d) override {
    d.summary("Harmonic mean of precision and recall; scikit-learn's f1_score.");
    declare_average(d);
  }

 protected:
  double of(double tp, double fp, double fn) const override {
    return share(2 * tp, 2 * tp + fp + fn);
  }
};

}  // namespace metrics

PIPELINE_COMPONENT("precision", metrics::Precision);
PIPELINE_COMPONENT("recall", metrics::Recall);
PIPELINE_COMPONENT("f1_score", metrics::F1Score);
