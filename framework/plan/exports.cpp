#include "plan/exports.h"

#include <algorithm>

namespace pipeline::plan {

namespace {
bool is_file(std::string_view type) {
  return type == "figure" || type == "text" || type == "table";
}
}  // namespace

bool is_exported(const cache::StoredOutput& output) {
  if (is_file(output.type)) return true;
  if (output.type != "array") return false;
  const cache::StoredArray& array = output.arrays.at("");
  return array.shape.empty() && array.dtype != DType::utf8;
}

bool exports_any(const cache::Record& record) {
  return std::any_of(record.outputs.begin(), record.outputs.end(),
                     [](const auto& output) { return is_exported(output.second); });
}

std::size_t longest_export_name(const std::string& stage, const Declaration& declaration) {
  constexpr std::size_t kExtension = 6;
  const auto& outputs = declaration.outputs();
  const auto files = std::count_if(outputs.begin(), outputs.end(),
                                   [](const OutputPort* port) { return is_file(port->type()); });
  std::size_t longest = 0;
  for (const OutputPort* port : outputs)
    if (is_file(port->type()))
      longest = std::max(
          longest, stage.size() + kExtension + (files > 1 ? 1 + port->info().name.size() : 0));
  return longest;
}

}  // namespace pipeline::plan
