#pragma once
#include <array>
#include <vector>

#include "pipeline/stage.h"

namespace pipeline::data {

/// One step of arithmetic, rounded as an array of the type would be.
struct Rounding {
  bool single;
  double operator()(double value) const { return single ? double(float(value)) : value; }
};

/// What the scalers have in common. They learn from the samples of input fit, each feature by
/// itself; scale fit, x and other; and bring back what input inverse has in scaled form. Missing
/// values (NaN) are passed over and stay; an infinite one, or a feature of which all values are
/// missing, is an Error.
class FeatureScaler : public Stage {
 public:
  void preflight(ComponentFactory&) override;
  void run(Context& context) override;

 protected:
  void declare_ports(Declaration& d);

  /// In preflight: the shapes of outputs of the scaler's own. `sample` is that of one sample.
  virtual void promise(const Shape& sample) = 0;
  /// In run: makes room; then learn() is called for each feature in turn; then tell() sets the
  /// outputs of the scaler's own.
  virtual void begin(std::size_t features) = 0;
  /// `column` has the feature's values in the order of the rows, at least one of them not missing.
  virtual void learn(std::size_t feature, const std::vector<double>& column) = 0;
  virtual void tell(const Shape& sample) = 0;
  virtual double scaled(double value, std::size_t feature, Rounding round) const = 0;
  virtual double unscaled(double value, std::size_t feature, Rounding round) const = 0;

 private:
  struct Pair {
    Input<Array>* in;
    Output<Array>* out;
  };
  std::array<Pair, 4> ports() {
    return {
        {{&fit_, &fit_out_}, {&x_, &x_out_}, {&other_, &other_out_}, {&inverse_, &inverse_out_}}};
  }
  Array transformed(const Input<Array>& input, std::size_t features, Context& context) const;

  Input<Array> fit_, x_, other_, inverse_;
  Output<Array> fit_out_, x_out_, other_out_, inverse_out_;
};

/// The values that are not missing.
std::vector<double> present(const std::vector<double>& column);

/// What a feature is divided by: its extent, or 1 where it is constant (scikit-learn's
/// _handle_zeros_in_scale).
double divisor(double extent);

/// Percentiles of ascending values, at least one, by numpy's default method: between two values on
/// the line. `percent` is 0 to 100.
double percentile(const std::vector<double>& ascending, double percent);

}  // namespace pipeline::data
