#include "plan/schema.h"

#include "plan/declared.h"

namespace pipeline::plan {
namespace {

Value::Map port_entry(const Port& port) {
  return {{"name", port.info().name},
          {"help", port.info().help},
          {"expects", port.expectation()},
          {"optional", port.info().optional}};
}

}  // namespace

Value describe(Registry& registry, const std::string& kind, const std::string& id) {
  const auto [component, declaration, problem] = declared(registry, kind, id);
  if (!problem.empty())
    return Value::Map{{"kind", kind},
                      {"id", id},
                      {"plugin", registry.provider(kind, id)->name},
                      {"summary", declaration.summary()},
                      {"problem", problem},
                      {"params", Value::List()},
                      {"inputs", Value::List()},
                      {"outputs", Value::List()}};
  const Value defaults = parameters_of(*component);
  Value::List params, inputs, outputs;
  for (const auto& param : declaration.params()) {
    Value::Map entry = {{"name", param->info().name},
                        {"help", param->info().help},
                        {"unit", param->info().unit},
                        {"required", param->info().required},
                        {"schema", param->schema()}};
    if (!param->info().required) entry["default"] = defaults.at(param->info().name);
    params.push_back(std::move(entry));
  }
  for (const InputPort* port : declaration.inputs()) inputs.push_back(port_entry(*port));
  for (const OutputPort* port : declaration.outputs()) outputs.push_back(port_entry(*port));
  return Value::Map{{"kind", kind},
                    {"id", id},
                    {"plugin", registry.provider(kind, id)->name},
                    {"summary", declaration.summary()},
                    {"params", std::move(params)},
                    {"inputs", std::move(inputs)},
                    {"outputs", std::move(outputs)}};
}

}  // namespace pipeline::plan
