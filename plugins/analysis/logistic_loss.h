#pragma once
#include <vector>

#include "matrix.h"
#include "workers.h"

namespace pipeline::analysis {

/// The loss of logistic regression, as scikit-learn has it: the sum of the samples' losses, and
/// half the square of the weights times `penalty`, which leaves out the intercepts. Weights are a
/// matrix [outputs, features], and one more column of intercepts where there are any. Two classes
/// have one output (the binomial loss), more have one each (the multinomial loss).
class LogisticLoss {
 public:
  LogisticLoss(const Matrix& samples, const std::vector<std::size_t>& places, std::int64_t classes,
               bool intercept, double penalty, const Workers& workers)
      : samples_(samples),
        places_(places),
        outputs_(classes == 2 ? 1 : classes),
        intercept_(intercept),
        penalty_(penalty),
        workers_(workers) {}
  std::int64_t outputs() const { return outputs_; }
  std::int64_t columns() const { return samples_.cols() + intercept_; }
  /// Weights row by row.
  double operator()(const Vector& weights, Vector& gradient) const;

 private:
  const Matrix& samples_;
  const std::vector<std::size_t>& places_;
  std::int64_t outputs_;
  bool intercept_;
  double penalty_;
  const Workers& workers_;
};

/// The probability of each class, [samples, classes], by weights as above.
Matrix logistic_probabilities(const Matrix& samples, const Matrix& weights, bool intercept,
                              const Workers& workers);

}  // namespace pipeline::analysis
