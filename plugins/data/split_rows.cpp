#include "split_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <set>

#include "numpy_random.h"
#include "pipeline/error.h"

namespace pipeline::data {
namespace {

using Rows = std::vector<std::int64_t>;

Rows range(std::int64_t first, std::int64_t count) {
  Rows rows(static_cast<std::size_t>(count));
  std::iota(rows.begin(), rows.end(), first);
  return rows;
}

std::optional<std::int64_t> part_size(std::int64_t rows, const std::optional<ShareOrCount>& part,
                                      double (*round)(double), const char* name) {
  if (!part) return std::nullopt;
  if (const auto* share = std::get_if<double>(&*part))
    return std::int64_t(round(*share * double(rows)));
  const std::int64_t count = std::get<std::int64_t>(*part);
  if (count >= rows)
    throw Error(
        fmt::format("parameter '{}' is {}, but there are only {} rows, and both parts need "
                    "one",
                    name, count, rows));
  return count;
}

// How many rows of each class to draw, in proportion and `draws` in all: rounded down first, then
// one more for the largest remainders, ties broken by chance (sklearn.utils._approximate_mode).
Rows proportional_counts(const Rows& class_counts, std::int64_t draws, NumpyRandom& random) {
  const std::size_t classes = class_counts.size();
  const double total =
      double(std::accumulate(class_counts.begin(), class_counts.end(), std::int64_t{0}));
  Rows counts(classes);
  std::vector<double> remainders(classes);
  std::int64_t missing = draws;
  for (std::size_t i = 0; i < classes; ++i) {
    const double wanted = double(class_counts[i]) / total * double(draws);
    counts[i] = std::int64_t(std::floor(wanted));
    remainders[i] = wanted - std::floor(wanted);
    missing -= counts[i];
  }
  const std::set<double, std::greater<>> distinct(remainders.begin(), remainders.end());
  for (auto value = distinct.begin(); value != distinct.end() && missing > 0; ++value) {
    Rows tied;
    for (std::size_t i = 0; i < classes; ++i)
      if (remainders[i] == *value) tied.push_back(std::int64_t(i));
    const auto now = std::min(std::int64_t(tied.size()), missing);
    for (const std::int64_t i : random.choice(tied, std::size_t(now))) ++counts[std::size_t(i)];
    missing -= now;
  }
  return counts;
}

// The rows of each class, ascending. Error where a class or a part is too small.
std::vector<Rows> rows_by_class(const Rows& classes, const SplitSizes& sizes) {
  const std::int64_t count = *std::max_element(classes.begin(), classes.end()) + 1;
  std::vector<Rows> rows(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < classes.size(); ++i)
    rows[std::size_t(classes[i])].push_back(std::int64_t(i));
  for (const Rows& members : rows)
    if (members.size() < 2)
      throw Error(
          fmt::format("a stratified split needs at least 2 rows of each class, but row {} "
                      "is the only one of its class",
                      members.at(0)));
  for (const auto& [name, size] : {std::pair("training", sizes.train), {"test", sizes.test}})
    if (size < count)
      throw Error(
          fmt::format("a stratified split needs a {0} part of at least one row a class: "
                      "there are {1} classes, and the {0} part has {2} rows",
                      name, count, size));
  return rows;
}

}  // namespace

SplitSizes split_sizes(std::int64_t rows, const std::optional<ShareOrCount>& train,
                       const std::optional<ShareOrCount>& test) {
  std::optional<std::int64_t> train_rows = part_size(rows, train, std::floor, "train_size");
  std::optional<std::int64_t> test_rows = part_size(
      rows, train || test ? test : std::optional<ShareOrCount>(0.25), std::ceil, "test_size");
  if (!train_rows) train_rows = rows - *test_rows;
  if (!test_rows) test_rows = rows - *train_rows;
  if (*train_rows + *test_rows > rows)
    throw Error(
        fmt::format("{} rows for training and {} for testing are more than the {} that "
                    "there are: reduce train_size or test_size",
                    *train_rows, *test_rows, rows));
  if (*train_rows <= 0 || *test_rows <= 0)
    throw Error(
        fmt::format("of {} rows {} would be for training and {} for testing; both parts "
                    "need one: change train_size or test_size",
                    rows, *train_rows, *test_rows));
  return {*train_rows, *test_rows};
}

SplitRows split_in_order(const SplitSizes& sizes) {
  return {range(0, sizes.train), range(sizes.train, sizes.test)};
}

SplitRows split_shuffled(std::int64_t rows, const SplitSizes& sizes, std::uint32_t seed) {
  const Rows order = NumpyRandom(seed).permutation(rows);
  const auto train = order.begin() + sizes.test;
  return {Rows(train, train + sizes.train), Rows(order.begin(), train)};
}

SplitRows split_stratified(const std::vector<std::int64_t>& classes, const SplitSizes& sizes,
                           std::uint32_t seed) {
  const std::vector<Rows> by_class = rows_by_class(classes, sizes);
  Rows counts;
  for (const Rows& members : by_class) counts.push_back(std::int64_t(members.size()));
  NumpyRandom random(seed);
  const Rows train_counts = proportional_counts(counts, sizes.train, random);
  for (std::size_t i = 0; i < counts.size(); ++i) counts[i] -= train_counts[i];
  const Rows test_counts = proportional_counts(counts, sizes.test, random);

  SplitRows split;
  for (std::size_t i = 0; i < by_class.size(); ++i) {
    const Rows order = random.permutation(std::int64_t(by_class[i].size()));
    for (std::int64_t j = 0; j < train_counts[i] + test_counts[i]; ++j) {
      Rows& part = j < train_counts[i] ? split.train : split.test;
      part.push_back(by_class[i][std::size_t(order[std::size_t(j)])]);
    }
  }
  random.shuffle(split.train);
  random.shuffle(split.test);
  return split;
}

}  // namespace pipeline::data
