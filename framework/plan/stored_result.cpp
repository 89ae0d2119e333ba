#include "plan/stored_result.h"

#include "cache/digest.h"

namespace pipeline::plan {
namespace {

bool is_of(const OutputPort& port, const cache::Record& record) {
  const auto found = record.outputs.find(port.info().name);
  if (found == record.outputs.end()) return false;
  const cache::StoredOutput& output = found->second;
  if (output.type != port.type() || !cache::is_digest(output.digest)) return false;
  if (output.type != "array") return true;
  const auto array = output.arrays.find("");
  return array != output.arrays.end() && array->second.dtype == port.spec().dtype &&
         compatible(array->second.shape, port.spec().shape);
}

}  // namespace

std::optional<cache::Record> stored_result(const CheckedStage& stage, const cache::Digest& key,
                                           const cache::Store& store) {
  if (stage.dependencies.caching == Caching::never) return std::nullopt;
  auto record = store.find(key, cache::Store::Detail::without_parts);
  if (!record) return std::nullopt;
  std::size_t given = 0;
  for (const OutputPort* port : stage.declaration.outputs()) {
    if (port->absent()) continue;
    if (!is_of(*port, *record)) return std::nullopt;
    ++given;
  }
  return record->outputs.size() == given ? std::move(record) : std::nullopt;
}

}  // namespace pipeline::plan
