#pragma once
#include <string>
#include <vector>

#include "pipeline/artifact.h"
#include "pipeline/ports.h"

namespace pipeline::data {

/// For preflight: Error unless every item comes of a stage with a foreach, and all of foreachs with
/// the same names.
void require_foreach(const ListPort& list);

/// The foreach's names as columns, a row for each item, repeated `rows[i]` times. Whole numbers are
/// i64, numbers f64, and what is neither, or of both kinds, a column of texts.
void add_foreach(const ListPort& list, const std::vector<std::int64_t>& rows, Table& table);

}  // namespace pipeline::data
