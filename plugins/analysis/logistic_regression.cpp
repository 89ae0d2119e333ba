#include <fmt/format.h>

#include "classifier.h"
#include "lbfgs.h"
#include "logistic_loss.h"
#include "pipeline/plugin.h"
#include "samples.h"

namespace pipeline::analysis {

/// A linear classifier (scikit-learn's LogisticRegression with its solver lbfgs).
class LogisticRegression : public Classifier {
 public:
  void declare(Declaration& d) override {
    d.summary(
        "A linear classifier: the class with the largest weighted sum, such as a probe on frozen "
        "codes (scikit-learn's LogisticRegression with the solver lbfgs).");
    d.param("C", c_, "1 by the strength of the penalty").above(0);
    d.param("penalty", penalty_, "l2: half the weights' square; none").choices({"l2", "none"});
    d.param("fit_intercept", fit_intercept_, "a constant for each class, without penalty");
    d.param("tol", tol_, "ends once no part of the gradient is larger").above(0);
    d.param("max_iter", max_iter_, "steps at most; if they end the search, the log says so")
        .at_least(1);
    declare_ports(d);
    d.output("coef", coef_, "f64 [classes, …], the weights; of two classes [1, …], for the second");
    d.output("intercept", intercept_, "f64 [classes], or [1]");
    d.output("n_iter", n_iter_, "i64, steps done");
  }

  void preflight(ComponentFactory& components) override {
    Classifier::preflight(components);
    Shape shape = fit_port().shape();
    shape[0] = kUnknown;
    coef_.set_shape(shape);
    intercept_.set_shape({kUnknown});
    n_iter_.set_shape({});
  }

 protected:
  void learn(Matrix samples, const std::vector<std::size_t>& places,
             const std::vector<std::int64_t>& classes, Context& context) override {
    if (classes.size() < 2)
      throw Error(fmt::format("input 'labels' has one class, {}; a classifier needs two or more",
                              classes[0]));
    const Workers workers(context);
    const LogisticLoss loss(samples, places, std::int64_t(classes.size()), fit_intercept_,
                            penalty_ == "l2" ? 1 / c_ : 0, workers);
    const Minimum minimum =
        minimise([&](const Vector& at, Vector& gradient) { return loss(at, gradient); },
                 Vector::Zero(loss.outputs() * loss.columns()), max_iter_, tol_);
    if (!minimum.converged)
      context.log(
          fmt::format("not converged in max_iter = {} steps: a part of the gradient is "
                      "{:.3g}, and tol is {:.3g}; scale the samples or raise max_iter",
                      max_iter_, minimum.gradient, tol_));
    weights_ = Eigen::Map<const Matrix>(minimum.at.data(), loss.outputs(), loss.columns());
    Matrix coef = weights_.leftCols(samples.cols());
    coef_.set(array_of(coef, sample_of(fit_port()->shape()), DType::f64));
    const auto intercept = intercept_.allocate({loss.outputs()});
    if (fit_intercept_)
      for (std::int64_t k = 0; k < loss.outputs(); ++k)
        intercept[std::size_t(k)] = weights_(k, samples.cols());
    n_iter_.set_scalar(minimum.n_iter);
  }

  Matrix probabilities(const Matrix& samples, const Workers& workers) const override {
    return logistic_probabilities(samples, weights_, fit_intercept_, workers);
  }

 private:
  double c_ = 1, tol_ = 1e-4;
  std::string penalty_ = "l2";
  bool fit_intercept_ = true;
  std::int64_t max_iter_ = 100;
  Matrix weights_;
  Output<double> coef_, intercept_;
  Output<std::int64_t> n_iter_;
};

}  // namespace pipeline::analysis

PIPELINE_COMPONENT("linear_model.logistic_regression", pipeline::analysis::LogisticRegression);
