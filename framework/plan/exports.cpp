#include "plan/exports.h"

#include <algorithm>

namespace pipeline::plan {

bool is_exported(const cache::StoredOutput& output) {
  if (output.type == "figure" || output.type == "text") return true;
  if (output.type != "array") return false;
  const cache::StoredArray& array = output.arrays.at("");
  return array.shape.empty() && array.dtype != DType::utf8;
}

bool exports_any(const cache::Record& record) {
  return std::any_of(record.outputs.begin(), record.outputs.end(),
                     [](const auto& output) { return is_exported(output.second); });
}

}  // namespace pipeline::plan
