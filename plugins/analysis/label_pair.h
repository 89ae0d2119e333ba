#pragma once
#include <vector>

#include "pipeline/stage.h"

namespace pipeline::analysis {

/// The two inputs of a metric that compares labels, by the names that scikit-learn gives them.
class LabelPair {
 public:
  LabelPair(const char* truth, const char* other) : truth_name_(truth), other_name_(other) {}
  void declare(Declaration& d, const char* truth_help, const char* other_help);
  void preflight() const;
  /// In run: both, as many and at least one.
  void read(std::vector<std::int64_t>& truth, std::vector<std::int64_t>& other) const;

 private:
  const char *truth_name_, *other_name_;
  Input<Array> truth_, other_;
};

/// How often each of the classes in the first (rows) goes with each of the second (columns).
std::vector<std::vector<std::int64_t>> counts_of(const std::vector<std::size_t>& first,
                                                 std::size_t first_classes,
                                                 const std::vector<std::size_t>& second,
                                                 std::size_t second_classes);

}  // namespace pipeline::analysis
