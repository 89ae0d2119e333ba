#include "plan/schema.h"

#include "plan/declared.h"

namespace pipeline::plan {
namespace {

Value::Map port_entry(const Port& port, bool list = false) {
  return {{"name", port.info().name},
          {"help", port.info().help},
          {"expects", port.expectation()},
          {"list", list},
          {"optional", port.info().optional}};
}

Value::List environment_entries(const Dependencies& dependencies) {
  Value::List list;
  for (const auto& [name, variable] : dependencies.environment) {
    Value::Map entry = {{"name", name}, {"help", variable.help}};
    list.emplace_back(std::move(entry));
  }
  return list;
}

Value::List program_entries(const Dependencies& dependencies) {
  Value::List list;
  for (const auto& [name, program] : dependencies.programs) {
    Value::Map entry = {{"name", name}, {"help", program.help}, {"install", program.install}};
    list.emplace_back(std::move(entry));
  }
  return list;
}

std::string caching_text(const Dependencies& dependencies) {
  switch (dependencies.caching) {
    case Caching::always: return "always";
    case Caching::this_machine: return "for this machine alone: " + dependencies.caching_why;
    default: return "never: " + dependencies.caching_why;
  }
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
                      {"further_inputs", ""},
                      {"outputs", Value::List()},
                      {"environment", Value::List()},
                      {"programs", Value::List()},
                      {"cached", "always"}};
  const Value defaults = parameters_of(*component);
  Value::List params, inputs, outputs;
  for (const auto& param : declaration.params()) {
    Value::Map entry = {{"name", param->info().name},
                        {"help", param->info().help},
                        {"unit", param->info().unit},
                        {"required", param->info().required},
                        {"extendable", param->info().extendable},
                        {"schema", param->schema()}};
    if (!param->info().required) entry["default"] = defaults.at(param->info().name);
    params.push_back(std::move(entry));
  }
  for (const InputPort* port : declaration.inputs())
    inputs.push_back(port_entry(*port, port->takes_list()));
  for (const OutputPort* port : declaration.outputs()) outputs.push_back(port_entry(*port));
  return Value::Map{{"kind", kind},
                    {"id", id},
                    {"plugin", registry.provider(kind, id)->name},
                    {"summary", declaration.summary()},
                    {"params", std::move(params)},
                    {"inputs", std::move(inputs)},
                    {"further_inputs", declaration.further_inputs()},
                    {"outputs", std::move(outputs)},
                    {"environment", environment_entries(declaration.dependencies())},
                    {"programs", program_entries(declaration.dependencies())},
                    {"cached", caching_text(declaration.dependencies())}};
}

}  // namespace pipeline::plan
