#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pipeline/param_types.h"

namespace pipeline::nn {

/// One of several things with numbers as parameters: `name`, or `{name: {parameter: 3}}`.
struct NamedChoice {
  struct Parameter {
    std::string name;
    double standard, least;  ///< at least
  };
  std::string name;
  std::vector<Parameter> parameters;
};

struct Chosen {
  std::string name;
  std::vector<double> values;
};

Value schema_of(const std::vector<NamedChoice>& choices);
/// Nothing, and an issue at `at`, for what is none of the choices; `what` is "an initializer".
/// Where a choice has one parameter, `{name: 3}` says it, too.
std::optional<Chosen> choose(const std::vector<NamedChoice>& choices, const std::string& what,
                             const Value& value, const Assign& at);
/// One form for what is equal: the name alone where all parameters are standard.
Value value_of(const std::vector<NamedChoice>& choices, const Chosen& chosen);

}  // namespace pipeline::nn
