#pragma once
#include <cstdint>
#include <string>
#include <vector>

// The texts above the images of a grid, from a pattern with {index}, {row} and {label}.

namespace plots {

/// Error if the pattern has another name in braces, or {label} where there are none.
void check_title(const std::string& pattern, bool has_labels);

/// The text of one image. A label is shown by its name where `names` has one for it.
std::string title_text(const std::string& pattern, std::int64_t index, std::int64_t row,
                       double label, const std::vector<std::string>& names);

}  // namespace plots
