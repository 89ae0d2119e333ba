#pragma once
#include <cstdint>
#include <vector>

#include "buffer.h"
#include "kernels.h"

namespace pipeline::tsne {

/// The points of a map of two dimensions, sorted into strips of kReach grid rows and in a strip by
/// their grid column. Near points then are in three runs of memory, and strips of the same parity
/// touch no node in common when they are spread.
class Strips {
 public:
  /// Places are (coordinate - first) / spacing, at least 0 and below `rows` or `columns` less 3.
  void sort(const Points& points, int rows, int columns, double spacing, float first_row,
            float first_column);
  StripPoints view() const;
  int count() const { return strips_; }

 private:
  int strips_ = 0, columns_ = 0;
  std::vector<std::int32_t> point_, cell_, begin_;
  Buffer row_, column_;
};

}  // namespace pipeline::tsne
