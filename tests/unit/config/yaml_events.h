#pragma once
#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "config/plain_yaml.h"
#include "config/source.h"
#include "config/yaml_text.h"

/// Events as lines of text, with the line and column of each.
class Events : public YAML::EventHandler {
 public:
  const std::string& text() const { return text_; }

  void OnDocumentStart(const YAML::Mark& mark) override { add("document", mark); }
  void OnDocumentEnd() override { text_ += "end of document\n"; }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { add("null", mark, anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add("alias", mark, anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    add(tag + " scalar '" + value + "'", mark, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    add(tag + " list of style " + std::to_string(style), mark, anchor);
  }
  void OnSequenceEnd() override { text_ += "end of list\n"; }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    add(tag + " map of style " + std::to_string(style), mark, anchor);
  }
  void OnMapEnd() override { text_ += "end of map\n"; }
  void OnAnchor(const YAML::Mark& mark, const std::string& name) override { add("&" + name, mark); }

 private:
  void add(const std::string& what, const YAML::Mark& mark, YAML::anchor_t anchor = 0) {
    text_ += fmt::format("{}:{} at {} {} {}\n", mark.line, mark.column, mark.pos, what, anchor);
  }
  std::string text_;
};

inline std::string events_of_yaml_cpp(const std::string& text) {
  Events events;
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {}
  } catch (const YAML::Exception& error) {
    return error.what();
  }
  return events.text();
}

/// True if read_plain_yaml() reads the text, which has to be as yaml-cpp does. (Only texts of
/// allowed characters ever come to it.)
inline bool is_read_alike(const std::string& given) {
  using namespace pipeline::config;
  auto source = std::make_shared<Source>();
  source->text = given;
  Problems problems;
  if (!check_characters(source, problems)) return false;
  const YamlText text(source, 0);
  Events events;
  if (!read_plain_yaml(text.text(), events)) return false;
  INFO(given);
  REQUIRE(events.text() == events_of_yaml_cpp(text.text()));
  return true;
}
