#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/nn/objective.h"
#include "pipeline/ports.h"

// What fit and evaluate share: from ports to rows of samples with targets and weights.

/// An array's elements as 32-bit floats: its own, or copies.
class FloatValues {
 public:
  explicit FloatValues(const pipeline::Array& array);
  std::span<const float> view() const { return view_; }

 private:
  std::vector<float> copies_;
  std::span<const float> view_;
};

/// The ports of samples, their targets and their weights in the loss.
struct RowPorts {
  const pipeline::Input<float>& x;
  const pipeline::Input<pipeline::Array>& targets;
  const pipeline::Input<float>& weights;
};

/// For preflight. Error, naming the port, for samples, targets or weights that do not fit the
/// network or each other, or targets that are missing.
void require_rows(const RowPorts& ports, const pipeline::nn::Network& network,
                  std::string_view taker);

/// For run: the rows on the ports. Targets that are not given are the samples themselves.
class Rows {
 public:
  /// Error, naming port, row and range, for values that a loss cannot take.
  Rows(const RowPorts& ports, const pipeline::nn::Network& network);
  /// Rows first … first + count - 1.
  pipeline::nn::Samples part(std::int64_t first, std::int64_t count) const;
  pipeline::nn::Samples all() const { return part(0, rows_); }
  std::int64_t count() const { return rows_; }
  /// Multiplies each row's weight by that of its class.
  void weigh(std::span<const double> class_weights);
  /// The class of each row, counted from 0: its label, or the place of the largest value of a
  /// one-hot target. Error if targets are neither.
  std::vector<std::int64_t> classes() const;

 private:
  std::int64_t rows_;
  std::span<const float> x_;
  std::optional<FloatValues> targets_;
  std::vector<float> weights_;
  std::int64_t x_size_, target_size_;
};
