#pragma once
#include <string>

#include "cache/store.h"
#include "pipeline/declaration.h"

namespace pipeline::plan {

/// True of what a run writes out for people to look at: figures, texts, tables, scalars. Their
/// bytes are wanted even where no stage reads them.
bool is_exported(const cache::StoredOutput& output);
bool exports_any(const cache::Record& record);

/// The bytes that the longest name of a file has that the stage may export, its extension counted
/// with 5 letters.
std::size_t longest_export_name(const std::string& stage, const Declaration& declaration);
/// What a file's name may have.
inline constexpr std::size_t kLongestFileName = 255;

}  // namespace pipeline::plan
