#include "pair.h"

namespace pipeline {

void ParamType<layers::Pair>::assign(layers::Pair& member, const Value& value, const Assign& at) {
  const Value::List sizes = value.is_list() ? value.as_list() : Value::List{value, value};
  if (sizes.size() != 2 || !sizes[0].is_int() || !sizes[1].is_int())
    return at.mismatch("an integer or two of them, [rows, columns]", value);
  for (const Value& size : sizes)
    if (size.as_int() < 1 || size.as_int() > layers::Pair::kMost)
      return at.error(at.subject() + " must be from 1 to " + std::to_string(layers::Pair::kMost) +
                      ", got " + std::to_string(size.as_int()));
  member = {int(sizes[0].as_int()), int(sizes[1].as_int())};
}

}  // namespace pipeline
