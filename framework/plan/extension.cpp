#include "plan/extension.h"

#include <fmt/format.h>

#include "plan/key.h"

namespace pipeline::plan {

std::optional<cache::Extendable> extendable_of(const CheckedStage& stage, const Value& parts) {
  const ParamBase* param = stage.declaration.extendable();
  if (!param || stage.dependencies.caching == Caching::never) return std::nullopt;
  const std::string& name = param->info().name;
  const Value& value = parts.at("params").at(name);
  // Null where the parameter has a value: no key has these parts.
  Value shared = parts;
  shared.map().at("params").map().at(name) = Value();
  return cache::Extendable{name, value.as_int(), key_of(shared)};
}

std::string text_of(const Extension& extension) {
  return fmt::format("extends the result of {}={}", extension.parameter, extension.value);
}

Value to_value(const Extension& extension) {
  return Value::Map{
      {"parameter", extension.parameter}, {"value", extension.value}, {"key", extension.key}};
}

std::optional<Extension> extension_of(const cache::Extendable& of, const cache::Digest& key,
                                      const cache::Store& store) {
  if (store.has_checkpoint(key) || store.end_state_bytes(key) > 0) return std::nullopt;
  for (const cache::Member& member : store.members_below(of))
    if (store.end_state_bytes(member.key) > 0)
      return Extension{of.parameter, member.value, member.key};
  return std::nullopt;
}

}  // namespace pipeline::plan
