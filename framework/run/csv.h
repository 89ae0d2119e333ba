#pragma once
#include <string>

#include "pipeline/artifact.h"

namespace pipeline::run {

/// The table as comma-separated values (RFC 4180): a line of names, then a line a row. Reals have
/// as many digits as it takes to read the same number back.
std::string csv_of(const Table& table);

}  // namespace pipeline::run
