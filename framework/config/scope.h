#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/problems.h"

namespace pipeline::config {

struct Piece;

/// The names that `${name}` stands for, and their replacement in values. A scalar that is nothing
/// but `${name}` becomes the var's value, of whatever type; inside a text the var's text is put in;
/// `$${` stands for `${`. Vars may use vars.
class Scope {
 public:
  /// Both have to outlive the scope. `misses_names`: there may be other vars, so that an unknown
  /// name is a failure, but none to complain of.
  Scope(const std::vector<Node::Entry>& vars, bool misses_names, Problems& problems);
  /// The same names with some hidden by others: all that uses them is worked out anew. One whose
  /// value is `broken` fails wherever it is used.
  Scope(const Scope& outer, const std::vector<Node::Entry>& shadows, bool misses_names);

  /// Unknown names, circles and lists inside a text become problems, and null in the result. A tree
  /// that is given away is not copied.
  Node resolve(Node raw);
  /// Grows with everything that could not be resolved, also where that was complained of before: a
  /// value that comes from it is not worth another complaint.
  int failures() const { return failures_; }
  /// Finds what is wrong with vars that nothing uses, too.
  void resolve_all();
  /// All vars, resolved.
  Value values();

 private:
  enum class State { fresh, busy, done };
  struct Var {
    const Node::Entry* raw;
    State state = State::fresh;
    bool failed = false;
    Node value;
  };

  /// Null where the var is being resolved already.
  const Node* value_of(std::string_view name);
  const Node* find(const Node& raw, const Piece& piece);
  void complain(const Node& raw, const Piece& piece, std::string message);
  void complain_of_circle(std::string_view name);
  void complain_of_form(const Node& raw, const Piece& piece);
  Node resolve_scalar(const Node& raw, const std::string& text);
  Node joined(const Node& raw, const std::string& text);

  std::map<std::string, Var, std::less<>> vars_;
  std::vector<std::string> busy_;  ///< vars being resolved, outermost first
  bool misses_names_;
  Problems& problems_;
  int nesting_ = 0;
  int failures_ = 0;
};

/// True of a text that `${…}` could hold: a letter or _ and letters, digits, _ and -.
bool is_var_name(std::string_view name);

}  // namespace pipeline::config
