#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/array.h"

namespace pipeline::data {

/// The shape with `rows` for its first size.
Shape with_rows(Shape shape, std::int64_t rows);

/// The rows of an array of any type, in the order given; one may be named more than once. The
/// caller has made sure that there are such rows.
Array take_rows(const Array& from, const std::vector<std::int64_t>& rows);

}  // namespace pipeline::data
