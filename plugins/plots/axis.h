#pragma once
#include <string>
#include <utility>
#include <vector>

namespace plots {

/// A value marked on an axis, and how it is written.
struct Tic {
  double value;
  std::string label;
};

/// Round values from `least` to `most` (finite, least < most) in equal steps, `count` of them at
/// most and two at least where rounding allows it. All labels have the same number of decimals, or
/// where numbers are very large or small, an exponent and the same digits before it.
std::vector<Tic> linear_tics(double least, double most, int count);

/// An axis, of which gnuplot sees places alone: 0 is its start, 1 its end. So all doubles can be
/// drawn, of which gnuplot would not divide a range of 1e308, nor one of a few last bits.
class Axis {
 public:
  /// Exactly from `low` to `high`, finite.
  Axis(double low, double high);
  /// With a twentieth of the span before the least and behind the most; something around one single
  /// value.
  static Axis around(double least, double most);
  /// The same, logarithmic; both are positive.
  static Axis logarithmic(double least, double most);

  /// NaN where the value has no place: it is not finite, or not positive on a logarithmic axis. At
  /// most a thousand lengths from the axis: gnuplot cuts off what lies outside.
  double place(double value) const;
  double low() const { return low_ * unit_; }
  double high() const { return high_ * unit_; }

  /// The tics where the axis is `length` px long; `wide`: its labels stand side by side.
  std::vector<Tic> tics(double length, bool wide) const;
  /// Tics at whole numbers alone.
  Axis& whole() { return whole_ = true, *this; }

  /// Commands for the range and tics of gnuplot's axis "x", "y" or "y2".
  std::string commands(const std::string& name, const std::vector<Tic>& tics) const;

 private:
  Axis() = default;
  double shown(double value) const;
  bool is_single() const;
  void widen();
  double low_ = 0, high_ = 1;  ///< in units, or logarithms
  double unit_ = 1;            ///< a power of ten
  bool log_ = false, whole_ = false;
};

/// The least and the greatest finite value, or {0, 1} without one.
std::pair<double, double> extremes(const std::vector<double>& values);

/// Whether one of them is finite.
bool any_finite(const std::vector<double>& values);

/// px that the longest of the labels takes.
double widest(const std::vector<Tic>& tics);

}  // namespace plots
