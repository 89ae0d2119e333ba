#pragma once
#include <string>
#include <string_view>

namespace plots {

/// Commands for thin axes on all four sides, short tics that point outwards, and a plain colour
/// bar, much as matplotlib draws them.
std::string axes_style();

/// The commands for a title and the axes' labels; empty ones take no room.
std::string labels(const std::string& title, const std::string& x_label,
                   const std::string& y_label);

/// Lines that a text takes; 0 for none.
double line_count(const std::string& text);

/// About how wide the longest line of a text is, in px; rather too much than too little.
double text_width(std::string_view text);

/// Room for the lines of the texts above and below the axes in a figure of a height in px.
std::string vertical_margins(const std::string& title, const std::string& x_label, double height);

/// A colour bar right of the axes, with room for its tics' texts and label, in a figure of a width
/// in px.
std::string color_bar(double tics_width, const std::string& label, double width);

/// The command that spans an axis ("x", "y", "y2") from `least` to `most` with a twentieth of the
/// span on either side, or something around one single value.
std::string span(const std::string& axis, double least, double most);

}  // namespace plots
