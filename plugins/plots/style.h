#pragma once
#include <string>

namespace plots {

/// Commands for thin axes on all four sides, short tics that point outwards, and a plain colour
/// bar, much as matplotlib draws them.
std::string axes_style();

/// The commands for a title and the axes' labels; empty ones take no room.
std::string labels(const std::string& title, const std::string& x_label,
                   const std::string& y_label);

/// The command that spans an axis ("x", "y", "y2") from `least` to `most` with a twentieth of the
/// span on either side, or something around one single value.
std::string span(const std::string& axis, double least, double most);

}  // namespace plots
