#pragma once
#include <yaml-cpp/eventhandler.h>

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/numbers.h"
#include "config/yaml_text.h"

namespace pipeline::config {

/// Turns yaml-cpp's events into a Node. (Its own node tree keeps duplicate keys, shares what
/// aliases name, and knows the position of no key.)
class YamlBuilder : public YAML::EventHandler {
 public:
  YamlBuilder(const YamlText& text, Problems& problems) : text_(text), problems_(problems) {}

  std::optional<Node> take() { return std::move(root_); }
  /// The innermost list or map that is still open, if any.
  const Node* open() const { return frames_.empty() ? nullptr : &frames_.back().node; }
  bool open_is_flow() const { return !frames_.empty() && frames_.back().is_flow; }
  std::vector<std::string> anchors() const { return anchor_names_; }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;
  void OnAnchor(const YAML::Mark&, const std::string& name) override {
    anchor_names_.push_back(name);
  }

 private:
  struct Key {
    std::string text;
    Position at;
    bool merges = false;   ///< `<<`
    bool dropped = false;  ///< given twice, or no text: its value is read and left out
  };
  /// The keys that a map has so far, looked up in its entries while these are few.
  class SeenKeys {
   public:
    /// The line in which the map has the key already; else 0, and the map is to get it next.
    int add(const std::string& key, int line, const std::vector<Node::Entry>& entries);

   private:
    std::unordered_map<std::string, int> index_;
    std::size_t indexed_ = 0;  ///< of the entries
    int merge_line_ = 0;       ///< of `<<`, which is no entry
  };
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    bool is_flow = false;
    std::optional<Key> key;  ///< of the value that comes next
    SeenKeys keys;
    std::vector<Node> merged;
    std::shared_ptr<Numbers> numbers;  ///< the list's items, as soon as these are many numbers
  };
  struct Anchored {
    Node node;
    std::size_t units;
    int depth;
  };

  Node begin(const YAML::Mark& mark);
  void open(Node&& node, YAML::anchor_t anchor, YAML::EmitterStyle::value style);
  void close();
  /// `spelling` is a scalar's text as written, which is what counts for a key.
  void complete(Node&& node, YAML::anchor_t anchor, std::string_view spelling, bool plain);
  Key make_key(Frame& frame, const Node& node, std::string_view spelling, bool plain);
  void add_to_list(Frame& frame, Node&& node);
  void add_to_map(Frame& frame, Node&& node);
  void merge(Frame& frame);
  Value typed(const Node& node, const std::string& tag, const std::string& text);
  void check_collection_tag(const Node& node, const std::string& tag, std::string_view core);

  const YamlText& text_;
  Problems& problems_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchored_;
  std::vector<std::string> anchor_names_;
  std::optional<Node> root_;
};

}  // namespace pipeline::config
