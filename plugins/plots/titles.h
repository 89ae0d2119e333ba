#pragma once
#include <cstdint>
#include <string>
#include <vector>

// The texts above the images of a grid, from a pattern with {index}, {row}, {label} and
// {predicted}.

namespace plots {

/// What a title can show of an image.
struct TitleValues {
  std::int64_t index, row;  ///< its place in the grid and its row
  double label, predicted;
};

/// Error if the pattern has another name in braces, or {label} or {predicted} where there are none.
void check_title(const std::string& pattern, bool has_labels, bool has_predicted);

/// The text of one image. A class is shown by its name where `names` has one for it.
std::string title_text(const std::string& pattern, const TitleValues& values,
                       const std::vector<std::string>& names);

}  // namespace plots
