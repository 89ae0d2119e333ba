#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "share_or_count.h"

// How scikit-learn (1.2) divides rows into a training and a test part: train_test_split with
// ShuffleSplit and StratifiedShuffleSplit, index for index.

namespace pipeline::data {

struct SplitSizes {
  std::int64_t train = 0, test = 0;
};

/// Sizes of both parts of `rows` rows: the test part is rounded up, the training part down; where
/// one is not given it gets what the other leaves; where neither is, a quarter is for testing.
/// Error where a part would be empty or both are too many.
SplitSizes split_sizes(std::int64_t rows, const std::optional<ShareOrCount>& train,
                       const std::optional<ShareOrCount>& test);

struct SplitRows {
  std::vector<std::int64_t> train, test;
};

/// The first rows for training, the following ones for testing.
SplitRows split_in_order(const SplitSizes& sizes);
/// Rows drawn without replacement, as train_test_split(random_state=seed).
SplitRows split_shuffled(std::int64_t rows, const SplitSizes& sizes, std::uint32_t seed);
/// Both parts with the classes in the shares that they have in the whole, as
/// train_test_split(random_state=seed, stratify=y). `classes` is the class of each row: its place
/// among the sorted distinct labels. Error where a class has one row, or a part less than one a
/// class.
SplitRows split_stratified(const std::vector<std::int64_t>& classes, const SplitSizes& sizes,
                           std::uint32_t seed);

}  // namespace pipeline::data
