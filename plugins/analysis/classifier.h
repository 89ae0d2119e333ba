#pragma once
#include <vector>

#include "matrix.h"
#include "pipeline/stage.h"
#include "workers.h"

namespace pipeline::analysis {

/// What classifiers have in common: they learn from labelled samples, tell the classes of others,
/// and how many of these they got right.
class Classifier : public Stage {
 public:
  void preflight(ComponentFactory&) override;
  void run(Context& context) override;

 protected:
  void declare_ports(Declaration& d);
  const Input<Array>& fit_port() const { return fit_; }

  /// In preflight, and once more in run: Error where there are too few samples.
  virtual void require_samples(std::int64_t) const {}
  /// Learns from samples, with each the place of its class among `classes`; sets outputs of the
  /// classifier's own.
  virtual void learn(Matrix samples, const std::vector<std::size_t>& places,
                     const std::vector<std::int64_t>& classes, Context& context) = 0;
  /// The probability of each class, [samples, classes].
  virtual Matrix probabilities(const Matrix& samples, const Workers& workers) const = 0;

 private:
  Input<Array> fit_, labels_, x_, x_labels_;
  Output<std::int64_t> classes_out_, predicted_;
  Output<Array> probabilities_;
  Output<double> score_;
};

}  // namespace pipeline::analysis
