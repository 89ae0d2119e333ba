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

/// Letters in the longest line of a text.
double letter_count(std::string_view text);

/// About how wide the longest line of a text is, in px; rather too much than too little.
double text_width(std::string_view text);

}  // namespace plots
