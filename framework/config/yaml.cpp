#include "config/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "config/plain_yaml.h"
#include "config/source.h"
#include "config/yaml_builder.h"
#include "config/yaml_syntax.h"
#include "pipeline/error.h"

namespace pipeline::config {
namespace {

std::string alias_name(std::string_view rest) {
  return std::string(rest.substr(0, rest.find_first_of(" \t\n,[]{}")));
}

SyntaxError translate(const YAML::Exception& error, const YamlText& text,
                      const YamlBuilder& builder) {
  Position tab;
  YAML::Mark end_of_line = error.mark;
  end_of_line.column = 0;
  if (text.indented_by_tab(end_of_line, tab)) return {tab, kTabInIndentation};

  Position at = text.position(error.mark);
  const std::string_view found = text.rest(error.mark);
  namespace msg = YAML::ErrorMsg;
  if (error.msg == msg::UNKNOWN_ANCHOR && !found.empty()) {
    const std::string name = alias_name(found.substr(1));
    return {at, fmt::format("there is no anchor '&{}' before this{}", name,
                            near_names(name, builder.anchors()))};
  }
  const bool unfinished = error.msg == msg::END_OF_MAP || error.msg == msg::END_OF_SEQ ||
                          error.msg == msg::END_OF_MAP_FLOW || error.msg == msg::END_OF_SEQ_FLOW;
  if (const Node* open = builder.open(); unfinished && open) {
    if (builder.open_is_flow())
      return {open->at, open->is_map ? "this '{' is not closed; a '}' or a comma is missing"
                                     : "this '[' is not closed; a ']' or a comma is missing"};
    return {at, fmt::format("this does not fit the {} that began in line {}; the next {} would "
                            "stand in column {}",
                            open->is_map ? "map" : "list", open->at.line,
                            open->is_map ? "key" : "'- '", open->at.column)};
  }
  // This one's mark stands behind the letter: back to the backslash.
  if (error.msg.rfind(msg::INVALID_ESCAPE, 0) == 0) at.column = std::max(1, at.column - 2);
  return {at, friendly(error.msg, found)};
}

// What plain YAML there is without a fault; all that is wrong is yaml-cpp's to find.
std::optional<Node> parse_plain(const YamlText& text, Problems& problems) {
  Problems trial = problems;
  YamlBuilder builder(text, trial);
  try {
    if (!read_plain_yaml(text.text(), builder)) return {};
  } catch (const Errors&) {
    return {};
  } catch (const SyntaxError&) {
    return {};
  }
  if (trial.additions() > problems.additions()) return {};
  problems = std::move(trial);
  return builder.take();
}

}  // namespace

std::optional<Node> parse_yaml(const std::shared_ptr<const Source>& source, Problems& problems,
                               std::size_t skip) {
  if (!check_characters(source, problems)) return {};
  problems.allow_for(source->text.size());
  const YamlText text(source, skip);
  if (std::optional<Node> root = parse_plain(text, problems)) return root;
  YamlBuilder builder(text, problems);
  try {
    std::istringstream stream(text.text());
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {}
  } catch (const YAML::Exception& error) {
    const SyntaxError syntax = translate(error, text, builder);
    problems.add(syntax.at, syntax.message);
    return {};
  } catch (const SyntaxError& syntax) {
    problems.add(syntax.at, syntax.message);
    return {};
  }
  if (std::optional<Node> root = builder.take()) return root;
  Node empty;
  empty.at = {source, 1, 1};
  empty.written_in = source;
  return empty;
}

}  // namespace pipeline::config
