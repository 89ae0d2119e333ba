#pragma once
#include <string>
#include <vector>

#include "script.h"

namespace plots {

/// The colour maps that a figure can have, by matplotlib's names; "_r" is the reverse.
std::vector<std::string> colormaps();

/// A colour from its channels in [0, 1], to the nearest of 256 levels each; beyond, the end's.
Rgb rgb(double red, double green, double blue);

/// The colour at x in [0, 1] of one of colormaps(), within 1/255 a channel of matplotlib's.
Rgb color_at(const std::string& colormap, double x);

/// The command that makes it gnuplot's palette.
std::string palette(const std::string& colormap);
/// A palette of steps: `colors` from the lowest value to the highest, each over an equal part.
std::string palette(const std::vector<Rgb>& colors);

}  // namespace plots
