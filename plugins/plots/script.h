#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

// Pieces of gnuplot's language.

namespace plots {

/// A string of gnuplot's that shows `text` as it is, whatever it holds: every character that could
/// end the string, start a substitution or be an escape is escaped itself. A newline starts a new
/// line of the label; other control characters become spaces, and bytes that are not UTF-8 the
/// replacement character.
std::string quote(std::string_view text);

/// The same for a tic's label, which gnuplot takes as a format for the tic's position; a text of
/// more than 50 bytes ends in an ellipsis.
std::string quote_tic(std::string_view text);

/// The shortest decimal that reads back as the same number. `value` is finite.
std::string number(double value);

/// With so many decimals, and no sign before a zero.
std::string with_decimals(double value, int decimals);

/// The numbers with as many decimals each as the one that needs most, so that they read as one
/// scale: "0.50", "0.75". number() of each where one needs more than six.
std::vector<std::string> with_equal_decimals(const std::vector<double>& values);

/// number() to be read by people: whole numbers below 10^15 have all their digits.
std::string whole_number(double value);

/// A colour as red << 16 | green << 8 | blue.
using Rgb = std::uint32_t;
/// "#1f77b4", in quotes.
std::string quote(Rgb color);
/// From "#rrggbb" or one of black, white, gray, red, green, blue, orange, cyan, magenta, yellow.
/// Error for another text.
Rgb parse_color(std::string_view text);

}  // namespace plots
