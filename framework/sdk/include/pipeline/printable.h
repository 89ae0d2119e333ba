#pragma once
#include <cstddef>
#include <string>
#include <string_view>

// Text that somebody else wrote (a name in a file, a record, a log line) on a terminal, which takes
// some characters for commands.

namespace pipeline {

/// The text in one line that moves no cursor, changes no colour and turns no reading direction. A
/// control character becomes \n, \r, \t or \xNN (an escape \x1b), one beyond ASCII, a direction
/// mark or a line separator \uNNNN, a byte that is not UTF-8 \xNN. All else stays.
std::string printable(std::string_view text);
/// The same, but line feeds and tabs stay: for a text of several lines.
std::string printable_lines(std::string_view text);
/// Valid JSON of the same value, on the same lines, without such characters in its strings.
std::string printable_json(std::string_view json);

/// The columns that a terminal gives a printable text: two for a wide character, none for a
/// combining one.
std::size_t columns_of(std::string_view text);
/// The longest beginning that takes at most so many columns; never a part of a character.
std::string_view beginning_of(std::string_view text, std::size_t columns);
/// The text, or where it takes more columns its beginning and "…".
std::string shortened(std::string_view text, std::size_t columns);

}  // namespace pipeline
