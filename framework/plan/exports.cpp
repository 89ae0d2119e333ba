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

std::size_t longest_export_name(const std::string& stage, const Declaration& declaration) {
  const auto is_file = [](const OutputPort* port) {
    return port->type() == "figure" || port->type() == "text";
  };
  const auto& outputs = declaration.outputs();
  const bool several = std::count_if(outputs.begin(), outputs.end(), is_file) > 1;
  std::size_t longest = 0;
  for (const OutputPort* port : outputs) {
    if (!is_file(port)) continue;
    const std::size_t extension = port->type() == "text" ? 4 : 6;
    const std::size_t name = stage.size() + (several ? 1 + port->info().name.size() : 0);
    longest = std::max(longest, name + extension);
  }
  return longest;
}

}  // namespace pipeline::plan
