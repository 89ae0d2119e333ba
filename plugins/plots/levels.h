#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "images.h"
#include "script.h"

namespace plots {

/// The values of black and of white.
struct Levels {
  double low, high;
  /// Equal values make no range: they are its lower end, as in matplotlib.
  double share(double value) const;
};

/// The least and the greatest finite value of all the images.
Levels levels_of(const std::vector<Image>& images);

/// What images hold that their levels cannot show, by their rows.
class Unshown {
 public:
  void look(const Image& image, const Levels& levels, std::int64_t row);
  /// A line for the log on each kind: which rows, and what range is meant. `what` names the images,
  /// `remedy` says what to do.
  std::vector<std::string> lines(const std::string& what, const std::string& remedy) const;

 private:
  std::vector<std::int64_t> missing_, beyond_;  ///< rows
  std::int64_t pixels_ = 0;                     ///< that are not a number
  double least_ = 0, most_ = 0;                 ///< of what is beyond
  Levels levels_{0, 1};
};

}  // namespace plots
