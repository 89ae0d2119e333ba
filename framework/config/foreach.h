#pragma once
#include <map>
#include <string>
#include <vector>

#include "config/files.h"
#include "config/scope.h"

namespace pipeline::config {

/// One name of a foreach with its values.
struct Axis {
  struct Value {
    std::string label;  ///< as the stage's name has it
    Node node;
    bool named = false;  ///< the foreach gives it its label
  };
  std::string name;
  Position at;
  std::vector<Value> values;
  std::map<std::string, std::size_t> by_label;
};

/// One stage of the program, and the stages that its foreach makes of it.
struct Family {
  Node::Entry* raw = nullptr;
  std::vector<Axis> axes;  ///< none without foreach
  struct Member {
    std::string name;                 ///< "fit", "fit@latent=2@seed=1"
    std::vector<std::size_t> values;  ///< by axis
  };
  std::vector<Member> members;
  /// "fit@latent=2@seed=1", by the places of the values on their axes.
  std::string name_of(const std::vector<std::size_t>& places) const;
  /// Its foreach is wrong: it has no axes, and one member, to find what else is wrong with it.
  bool wrong = false;
  std::vector<Node::Entry> unknown;  ///< then the names of its axes, with `broken` values,
  bool misses_names = false;         ///< or not even their names are known
};

/// Works out the foreach of every stage. The first axis varies slowest. A foreach that is wrong
/// becomes a problem.
std::vector<Family> expand(Program& program, Scope& scope, Problems& problems);

}  // namespace pipeline::config
