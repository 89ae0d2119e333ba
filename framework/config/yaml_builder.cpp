#include "config/yaml_builder.h"

#include <fmt/format.h>

#include <utility>

#include "config/scalar.h"
#include "config/yaml_syntax.h"
#include "pipeline/error.h"

namespace pipeline::config {
namespace {

constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";
constexpr std::size_t kUsualEntries = 4;
constexpr const char* kNestedTooDeep = "values are nested deeper than 100 levels";

}  // namespace

void YamlBuilder::OnDocumentStart(const YAML::Mark& mark) {
  if (root_)
    throw SyntaxError{text_.position(mark),
                      "this follows the end of the document; a file holds one YAML document"};
}

Node YamlBuilder::begin(const YAML::Mark& mark) {
  Position tab;
  if (text_.indented_by_tab(mark, tab)) throw SyntaxError{tab, kTabInIndentation};
  Node node;
  node.at = text_.position(mark);
  node.written_in = text_.source();
  problems_.charge(node.at, 1);
  return node;
}

void YamlBuilder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  complete(begin(mark), anchor, "", true);
}

void YamlBuilder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  const Position at = text_.position(mark);
  const auto found = anchored_.find(anchor);
  if (found == anchored_.end())
    throw SyntaxError{at, "this alias stands inside the value that it names"};
  if (int(frames_.size()) + found->second.depth > kDeepest) problems_.stop(at, kNestedTooDeep);
  problems_.charge(at, found->second.units);
  Node node = found->second.node;
  const bool is_scalar = !node.is_list && !node.is_map;
  const std::string spelling = is_scalar ? scalar_text(node.scalar) : "";
  complete(std::move(node), 0, spelling, false);
}

void YamlBuilder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                           const std::string& value) {
  if (!quotes_close(text_.rest(mark)))
    throw SyntaxError{text_.position(mark), "this quoted text is not closed; add the other quote"};
  Node node = begin(mark);
  const std::string text = YamlText::restore(value);
  problems_.charge(node.at, text.size() / 32);
  const int before = problems_.additions();
  node.scalar = typed(node, tag, text);
  node.broken = problems_.additions() > before;
  complete(std::move(node), anchor, text, tag == "?");
}

void YamlBuilder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                                  YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  Node node = begin(mark);
  node.is_list = true;
  check_collection_tag(node, tag, "seq");
  open(std::move(node), anchor, style);
}

void YamlBuilder::OnSequenceEnd() { close(); }

void YamlBuilder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value style) {
  Node node = begin(mark);
  node.is_map = true;
  check_collection_tag(node, tag, "map");
  open(std::move(node), anchor, style);
}

void YamlBuilder::OnMapEnd() {
  merge(frames_.back());
  close();
}

void YamlBuilder::open(Node&& node, YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  if (int(frames_.size()) >= kDeepest) problems_.stop(node.at, kNestedTooDeep);
  Frame& frame = frames_.emplace_back();
  frame.node = std::move(node);
  // Most have a few entries; close() gives back what is left.
  if (frame.node.is_map) frame.node.entries.reserve(kUsualEntries);
  frame.anchor = anchor;
  frame.is_flow = style == YAML::EmitterStyle::Flow;
}

void YamlBuilder::close() {
  Node node = std::move(frames_.back().node);
  node.numbers = std::move(frames_.back().numbers);
  const YAML::anchor_t anchor = frames_.back().anchor;
  frames_.pop_back();
  node.entries.shrink_to_fit();
  node.list.shrink_to_fit();
  complete(std::move(node), anchor, "", false);
}

void YamlBuilder::complete(Node&& node, YAML::anchor_t anchor, std::string_view spelling,
                           bool plain) {
  if (anchor != 0) {
    const std::size_t units = units_of(node);
    problems_.charge(node.at, units);
    anchored_[anchor] = {node, units, depth_of(node)};
  }
  if (frames_.empty()) {
    root_ = std::move(node);
    return;
  }
  Frame& frame = frames_.back();
  if (frame.node.is_list) add_to_list(frame, std::move(node));
  else if (!frame.key) frame.key = make_key(frame, node, spelling, plain);
  else add_to_map(frame, std::move(node));
}

YamlBuilder::Key YamlBuilder::make_key(Frame& frame, const Node& node, std::string_view spelling,
                                       bool plain) {
  Key key{std::string(spelling), node.at, false, true};
  if (node.is_list || node.is_map) {
    problems_.add(key.at, fmt::format("a key must be a plain text, got {}", describe(node)));
  } else if (key.text.empty()) {
    problems_.add(key.at, "a key is missing here; write 'key: value'");
  } else if (key.text.find("${") != std::string::npos) {
    problems_.add(key.at,
                  fmt::format("vars are for values; the key '{}' has to be written out", key.text));
  } else if (const int first = frame.keys.add(key.text, key.at.line, frame.node.entries)) {
    problems_.add(key.at,
                  fmt::format("the key '{}' is given twice; first in line {}", key.text, first));
  } else {
    key.dropped = false;
    key.merges = plain && key.text == "<<";
  }
  return key;
}

void YamlBuilder::add_to_list(Frame& frame, Node&& node) {
  if (frame.numbers && Numbers::is_number(node)) return frame.numbers->add(node);
  Node& list = frame.node;
  if (frame.numbers) {
    list.numbers = std::move(frame.numbers);
    list.unpack();
  }
  list.list.push_back(std::move(node));
  if (list.list.size() != Numbers::kFewest) return;
  frame.numbers = Numbers::of(list.list);
  if (frame.numbers) list.list.clear();
}

void YamlBuilder::add_to_map(Frame& frame, Node&& node) {
  Key key = std::move(*frame.key);
  frame.key.reset();
  if (key.dropped) {
    frame.node.broken = true;
    return;
  }
  if (!key.merges) {
    frame.node.entries.push_back({std::move(key.text), std::move(key.at), std::move(node)});
    return;
  }
  std::vector<Node> sources;
  node.unpack();
  if (node.is_list) sources = std::move(node.list);
  else sources.push_back(std::move(node));
  for (Node& source : sources) {
    if (source.is_map) frame.merged.push_back(std::move(source));
    else
      problems_.add(source.at,
                    fmt::format("'<<' takes a map or a list of maps, got {}", describe(source)));
  }
}

// A key written in the map itself wins, then the first map that has it.
void YamlBuilder::merge(Frame& frame) {
  for (Node& source : frame.merged)
    for (Node::Entry& entry : source.entries)
      if (!frame.keys.add(entry.key, entry.key_at.line, frame.node.entries))
        frame.node.entries.push_back(std::move(entry));
}

int YamlBuilder::SeenKeys::add(const std::string& key, int line,
                               const std::vector<Node::Entry>& entries) {
  constexpr std::size_t kFew = 16;
  if (key == "<<") return std::exchange(merge_line_, merge_line_ ? merge_line_ : line);
  if (index_.empty() && entries.size() < kFew) {
    for (const Node::Entry& entry : entries)
      if (entry.key == key) return entry.key_at.line;
    return 0;
  }
  for (; indexed_ < entries.size(); ++indexed_)
    index_.emplace(entries[indexed_].key, entries[indexed_].key_at.line);
  const auto [first, is_new] = index_.emplace(key, line);
  return is_new ? 0 : first->second;
}

Value YamlBuilder::typed(const Node& node, const std::string& tag, const std::string& text) {
  const bool has_core_tag = std::string_view(tag).starts_with(kCoreTag);
  const std::string_view core = has_core_tag ? std::string_view(tag).substr(kCoreTag.size()) : "";
  if (tag == "!" || core == "str") return text;
  try {
    const Value value = plain_scalar(text);
    if (tag == "?" || tag.empty()) return value;
    if (core == "int" && value.is_int()) return value;
    if (core == "bool" && value.is_bool()) return value;
    if (core == "null" && value.is_null()) return value;
    if (core == "float" && value.is_number()) return value.as_real();
    problems_.add(node.at, fmt::format("the tag '{}' does not fit {}; tags are !!str, !!int, "
                                       "!!float, !!bool and !!null",
                                       tag, value.describe()));
  } catch (const Error& error) {
    problems_.add(node.at, error.what());
  }
  return {};
}

void YamlBuilder::check_collection_tag(const Node& node, const std::string& tag,
                                       std::string_view core) {
  if (tag.empty() || tag == "?" || tag == "!" || tag == fmt::format("{}{}", kCoreTag, core)) return;
  problems_.add(node.at, fmt::format("the tag '{}' means nothing here; take it out", tag));
}

}  // namespace pipeline::config
