#include "config/yaml_syntax.h"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>

#include <array>

#include "pipeline/utf8.h"

namespace pipeline::config {

bool quotes_close(std::string_view text) {
  while (!text.empty() && (text[0] == '!' || text[0] == '&')) {
    text.remove_prefix(std::min(text.find_first_of(" \t\n"), text.size()));
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
  }
  if (text.empty() || (text[0] != '"' && text[0] != '\'')) return true;
  const char quote = text[0];
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') ++i;
    else if (text[i] == quote && quote == '\'' && i + 1 < text.size() && text[i + 1] == quote) ++i;
    else if (text[i] == quote) return true;
  }
  return false;
}

std::string friendly(std::string_view message, std::string_view found) {
  namespace msg = YAML::ErrorMsg;
  const std::string_view character =
      found.substr(0, std::max<std::size_t>(1, character_length(found)));
  if (message == msg::UNKNOWN_TOKEN && !found.empty())
    return fmt::format("'{}' cannot begin a plain text; quote the text", character);
  struct Translation {
    const char* from;
    const char* to;
  };
  static const std::array kTable{
      Translation{msg::TAB_IN_INDENTATION, kTabInIndentation},
      Translation{msg::MAP_VALUE,
                  "a ':' cannot stand here; check the indentation, and quote a text "
                  "that holds ': '"},
      Translation{msg::MAP_KEY, "a key cannot stand here; check the indentation"},
      Translation{msg::BLOCK_ENTRY, "a list item '- ' cannot stand here; check the indentation"},
      Translation{msg::FLOW_END, "this bracket closes nothing"},
      Translation{msg::EOF_IN_SCALAR, "the file ends inside a quoted text; add the other quote"},
      Translation{msg::DOC_IN_SCALAR, "a document mark inside a quoted text; is a quote missing?"},
      Translation{msg::INVALID_HEX, "expected hexadecimal digits after the backslash"},
      Translation{msg::CHAR_IN_BLOCK,
                  "unexpected text after '|' or '>'; the text begins in the next "
                  "line"},
      Translation{msg::ALIAS_CONTENT, "an alias takes no tag or anchor of its own"},
  };
  for (const Translation& entry : kTable)
    if (message == entry.from) return entry.to;
  if (message.rfind(msg::INVALID_ESCAPE, 0) == 0) {
    // The parser tells the letter's first byte; the others follow.
    std::string letter(message.substr(message.rfind(' ') + 1));
    for (; !found.empty() && !begins_character(found[0]); found.remove_prefix(1))
      letter += found[0];
    return fmt::format(
        "unknown escape '\\{}' in a double-quoted text; write '\\\\', or use single quotes",
        letter);
  }
  return fmt::format("this is not valid YAML: {}", message);
}

}  // namespace pipeline::config
