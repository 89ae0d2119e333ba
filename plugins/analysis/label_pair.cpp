#include "label_pair.h"

#include "labels.h"
#include "samples.h"

namespace pipeline::analysis {

void LabelPair::declare(Declaration& d, const char* truth_help, const char* other_help) {
  d.input(truth_name_, truth_, truth_help).rank(1);
  d.input(other_name_, other_, other_help).rank(1);
}

void LabelPair::preflight() const {
  require_numbers(truth_);
  require_numbers(other_);
  require_rows(other_, other_.shape()[0], truth_, truth_.shape()[0]);
}

void LabelPair::read(std::vector<std::int64_t>& truth, std::vector<std::int64_t>& other) const {
  require_rows(other_, other_->shape()[0], truth_, truth_->shape()[0]);
  truth = labels_of(truth_);
  other = labels_of(other_);
}

std::vector<std::vector<std::int64_t>> counts_of(const std::vector<std::size_t>& first,
                                                 std::size_t first_classes,
                                                 const std::vector<std::size_t>& second,
                                                 std::size_t second_classes) {
  std::vector<std::vector<std::int64_t>> counts(first_classes,
                                                std::vector<std::int64_t>(second_classes));
  for (std::size_t i = 0; i < first.size(); ++i) ++counts[first[i]][second[i]];
  return counts;
}

}  // namespace pipeline::analysis
