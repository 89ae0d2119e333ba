#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/component.h"
#include "pipeline/declaration.h"

namespace pipeline::nn {

/// Figures of the epochs that are over, one column a figure: "loss", "accuracy", "val_loss".
class History {
 public:
  struct Column {
    std::string name;
    bool more_is_better = false;
    std::vector<double> values = {};  ///< one an epoch
  };
  History() = default;
  explicit History(std::vector<Column> columns) : columns_(std::move(columns)) {}

  const std::vector<Column>& columns() const { return columns_; }
  std::vector<Column>& columns() { return columns_; }
  std::int64_t epochs() const;
  /// Error, with the nearest name, if there is no such column.
  const Column& column(std::string_view name) const;

 private:
  std::vector<Column> columns_;
};

/// What a callback wants done after an epoch.
struct Verdict {
  bool stop = false;      ///< train no further
  bool keep = false;      ///< keep the weights as they are now, in place of what was kept before
  double rate = 1;        ///< the learning rate is multiplied by it from here on
  std::string says = {};  ///< a line for the log
};

/// Looks at a training after each epoch, as Keras' callbacks do: stops it, changes its learning
/// rate, keeps weights. What it says follows from the history alone, so that a training that was
/// killed goes on to the same result. plugins/callbacks holds examples; derive, and register with
/// PIPELINE_COMPONENT("my_callback", MyCallback).
class Callback : public Component {
 public:
  static constexpr const char* kKind = "callback";
  /// Before training; the columns are there, and have no values yet. Error for one that is missing.
  virtual void check(const History& /*columns*/) const {}
  /// `history` ends with the epoch that is just over.
  virtual Verdict after_epoch(const History& history) const = 0;
  /// The trained model gets the weights that were kept, whichever they are in the end.
  virtual bool restores() const { return false; }
};

/// How a callback watches one column: its best epoch so far. Declares `monitor`, `mode` and
/// `min_delta`, as Keras has them.
class Monitor {
 public:
  Monitor() = default;
  explicit Monitor(std::string name) : name_(std::move(name)) {}
  void declare(Declaration& d);
  void check(const History& columns) const { columns.column(name_); }
  /// By more than min_delta; what is not a number is never better, and everything else is better
  /// than that.
  bool is_better(const History& history, double value, double than) const;
  /// The epoch, counted from 0, that no later one is better than, from epoch `from` on; -1 where
  /// there is none with a number.
  std::int64_t best_epoch(const History& history, std::int64_t from = 0) const;
  const std::string& name() const { return name_; }
  bool more_is_better(const History& history) const;

 private:
  std::string name_ = "val_loss";
  std::string mode_ = "auto";
  double min_delta_ = 0;
};

}  // namespace pipeline::nn
