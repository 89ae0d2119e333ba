#include "share_or_count.h"

#include <fmt/format.h>

namespace pipeline {

using data::ShareOrCount;

Value ParamType<ShareOrCount>::schema() {
  return Value::Map{{"anyOf", Value::List{Value::Map{{"type", "integer"}, {"minimum", 1}},
                                          Value::Map{{"type", "number"},
                                                     {"exclusiveMinimum", 0},
                                                     {"exclusiveMaximum", 1}}}}};
}

void ParamType<ShareOrCount>::assign(ShareOrCount& member, const Value& value, const Assign& at) {
  constexpr const char* kExpected =
      "a share of the rows (above 0 and below 1) or a count (1 or more)";
  if (!value.is_number()) return at.mismatch(kExpected, value);
  const bool fits =
      value.is_int() ? value.as_int() >= 1 : value.as_real() > 0 && value.as_real() < 1;
  if (!fits) return at.mismatch(kExpected, value);
  if (value.is_int()) member = value.as_int();
  else member = value.as_real();
}

Value ParamType<ShareOrCount>::value(const ShareOrCount& member, const PathRendering&) {
  if (const auto* count = std::get_if<std::int64_t>(&member)) return *count;
  return std::get<double>(member);
}

}  // namespace pipeline
