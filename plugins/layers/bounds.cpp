#include "bounds.h"

#include <cmath>

namespace pipeline {

void ParamType<layers::Bounds>::assign(layers::Bounds& member, const Value& value,
                                       const Assign& at) {
  constexpr double kMost = 1e6;
  const auto usable = [](const Value& v) {
    return v.is_number() && std::abs(v.as_real()) <= kMost;
  };
  if (usable(value) && value.as_real() >= 0) {
    member = {-value.as_real(), value.as_real()};
    return;
  }
  if (!value.is_list() || value.as_list().size() != 2 || !usable(value.as_list()[0]) ||
      !usable(value.as_list()[1]))
    return at.mismatch("a number of at least 0, or two of them, [lowest, highest]", value);
  member = {value.as_list()[0].as_real(), value.as_list()[1].as_real()};
  if (member.low > member.high)
    at.error(at.subject() + " has its lowest, " + Value(member.low).to_json() +
             ", above its highest, " + Value(member.high).to_json());
}

}  // namespace pipeline
