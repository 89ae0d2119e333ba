#pragma once
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

/// The ports of samples, an array for each input of the network, of their targets, one for each
/// output, and of their weights in the loss.
struct RowPorts {
  const pipeline::InputList<float>& x;
  const pipeline::InputList<pipeline::Array>& targets;
  const pipeline::Input<float>& weights;
};

/// For preflight. Error, naming the port, where a list has not an array for each of these nodes,
/// which are the network's inputs or outputs (`what`), or not all with as many rows as x.
void require_arrays(const pipeline::ListPort& list,
                    const std::vector<const pipeline::Port*>& arrays, const pipeline::Port& x,
                    const pipeline::nn::Network& network,
                    const std::vector<pipeline::nn::NodeId>& nodes, std::string_view what);
template <class T>
void require_arrays(const pipeline::InputList<T>& list, const pipeline::InputList<float>& x,
                    const pipeline::nn::Network& network,
                    const std::vector<pipeline::nn::NodeId>& nodes, std::string_view what) {
  std::vector<const pipeline::Port*> arrays;
  for (std::size_t i = 0; i < list.size(); ++i) arrays.push_back(&list[i]);
  require_arrays(list, arrays, x[0], network, nodes, what);
}

/// Of each array of samples, one sample's shape.
std::vector<pipeline::Shape> samples_of(const pipeline::InputList<float>& x);

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
  /// one-hot target. Error if there are no targets, or several.
  std::vector<std::int64_t> classes() const;

 private:
  /// An array by rows.
  struct Column {
    std::span<const float> values;
    std::int64_t size;  ///< of a row

    std::span<const float> rows(std::int64_t first, std::int64_t count) const {
      return values.subspan(std::size_t(first * size), std::size_t(count * size));
    }
  };
  std::int64_t rows_;
  std::vector<FloatValues> given_;  ///< targets, where there are
  std::vector<Column> x_, targets_;
  std::vector<float> weights_;
};
