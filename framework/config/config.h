#pragma once
#include <exception>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/ports.h"

// From a pipeline file and the command line's overrides to a Pipeline: variables, groups, includes,
// foreach and references resolved, with a source position on every node. Knows no component.

namespace pipeline::config {

/// A text that nodes come from: a file, or one command-line argument.
struct Source {
  std::string name;  ///< as messages show it: "pipelines/vae_conv.yaml", "command line"
  std::string text;
  std::filesystem::path folder;  ///< that relative paths in it count from; absolute
  bool is_argument = false;      ///< of the command line: messages leave out line and column
  /// False of a file from outside that turned out to be no pipeline file: whatever it is, messages
  /// about it show nothing of what it holds.
  bool quotable = true;
};

/// Line and column count from 1; a column is a character (a UTF-8 code point).
struct Position {
  std::shared_ptr<const Source> source;
  int line = 0;
  int column = 0;
};

struct Diagnostic {
  Position position;
  std::string message;
};

/// "pipelines/vae_conv.yaml:31:24: error: <message>", the line itself and a caret under the column.
/// A long line is cut around the caret.
std::string format(const Diagnostic& diagnostic);

/// All that is wrong with a pipeline's files: by file, line and column, each thing once, and the
/// command line's arguments last. The text shows the first 50.
class Errors : public std::exception {
 public:
  explicit Errors(std::vector<Diagnostic> diagnostics);
  const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  const char* what() const noexcept override { return text_.c_str(); }  ///< every one, formatted

 private:
  std::vector<Diagnostic> diagnostics_;
  std::string text_;
};

class Numbers;  // numbers.h

/// A resolved value with the position of each of its parts. What came through `${var}` stands where
/// the var got its value, since that is what a user has to change; a text with a `${var}` inside
/// stands where the text is written.
struct Node {
  struct Entry;
  Position at;
  Value scalar;            ///< if neither list nor map
  std::vector<Node> list;  ///< if is_list, unless it is long and all numbers:
  std::shared_ptr<const Numbers> numbers;
  std::vector<Entry> entries;  ///< if is_map, in the file's order
  bool is_list = false, is_map = false;
  /// What is wrong with it has been told: a scalar could not be resolved and is null, or of a map
  /// something was left out. See Pipeline::problems.
  bool broken = false;
  /// The text that wrote the scalar's beginning, whose folder a relative path in it counts from
  /// (`${dir}/x` counts from where `dir` got its value).
  std::shared_ptr<const Source> written_in;

  Value value() const;
  /// Of a list.
  std::size_t item_count() const;
  /// Has all items of a list in `list`.
  void unpack();
  /// The node at a path of map keys and list indices, or the deepest that exists on the way there;
  /// of one of `numbers` the list.
  const Node& at_path(const std::vector<std::string>& path) const;
  /// Where that stands, or the number itself.
  Position position_at(const std::vector<std::string>& path) const;
  /// The position of the last key on the path, or of the deepest node on the way there.
  Position key_position(const std::vector<std::string>& path) const;
  std::filesystem::path folder_at(const std::vector<std::string>& path) const;
};
struct Node::Entry {
  std::string key;
  Position key_at;
  Node value;
};

/// `split.x_train`
struct Reference {
  std::string stage;  ///< "" where the reference makes no sense, which has been told
  std::string port;   ///< "" where only the stage is named
  Position at{};
};

/// What an input reads: `x: split.x_train`, or a list, `x: [a.y, b.y]` and `x: fit@*.y`.
struct Input {
  std::vector<Reference> references;  ///< one, unless it is a list
  bool is_list = false;
  Position at{};       ///< of the value
  Position name_at{};  ///< of the input's name
};

inline constexpr int kMostThreads = 4096;

struct Stage {
  std::string name;    ///< "fit", or "fit@latent=2@seed=1" of a foreach
  std::string family;  ///< the name in the file: "fit"
  ForeachValues foreach;
  Position at;      ///< of the name
  std::string use;  ///< "" where it is not known, which has been told
  Position use_at;
  std::map<std::string, Input> inputs;  ///< by input; stages need not exist
  Node with;                            ///< a map, empty where there is none
  /// Slots of the run that the stage takes, and threads that it may use; 0 for one slot and as many
  /// threads as the run has slots.
  int threads = 0;
  bool broken = false;      ///< something is wrong with it that has been told
  bool incomplete = false;  ///< and something was left out, so that what is missing means nothing
};

struct Pipeline {
  std::string name;  ///< the file's name without extension, or its identity in a project
  std::string description;
  std::filesystem::path file;
  std::vector<Stage> stages;  ///< in the file's order, those of groups and includes first
  Value vars;                 ///< as resolved; of load() alone
  Value groups;               ///< the choice of each group
  /// What is wrong with it so far, which leaves its stages to be looked at; see read().
  std::vector<Diagnostic> problems;
  /// A file with stages may be missing, or something like it, which has been told.
  bool misses_stages = false;
};

/// Reads and resolves. `file` is looked for in the working directory, then in each of
/// `search_folders`, with and without ".yaml". `overrides` are command-line arguments `key=value`,
/// where key is a var, a group, or `stage.param.sub…` (list items by index), and value is YAML. The
/// language is documented in pipelines/README.md. Throws Errors with everything that is wrong, or
/// Error where the file itself is not found or cannot be read.
Pipeline load(const std::string& file, const std::vector<std::string>& overrides,
              const std::vector<std::filesystem::path>& search_folders);

/// As load(), but what is wrong with single values and stages does not end it: it comes as
/// Pipeline::problems, to be told with what the components have to say. Those stages are `broken`.
Pipeline read(const std::string& file, const std::vector<std::string>& overrides,
              const std::vector<std::filesystem::path>& search_folders);

}  // namespace pipeline::config
