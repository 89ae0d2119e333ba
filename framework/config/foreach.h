#pragma once
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "config/files.h"
#include "config/scope.h"

namespace pipeline::config {

/// One name of a foreach with its values.
struct Axis {
  struct Value {
    std::string label;  ///< as the stage's name has it
    Node node;
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
  /// Its foreach is wrong: it has no axes, and one member, to find what else is wrong with it.
  bool wrong = false;
  std::vector<Node::Entry> unknown;  ///< then the names of its axes, with `broken` values,
  bool misses_names = false;         ///< or not even their names are known
};

/// Works out the foreach of every stage. The first axis varies slowest. A foreach that is wrong
/// becomes a problem.
std::vector<Family> expand(Program& program, Scope& scope, Problems& problems);

/// The names that references can use.
class StageNames {
 public:
  /// `misses_names`: there may be other stages, and other axes of these.
  StageNames(const std::vector<Family>& families, bool misses_names);
  /// Of the pipeline's stages, and families with a foreach; sorted.
  std::vector<std::string> all() const;
  std::vector<std::string> members() const;  ///< sorted
  /// Whether there may be stages of that family that are not known: its foreach is wrong, or files
  /// are missing.
  bool may_miss(const std::string& family) const;

  /// `stage`, `stage.port`, `stage@axis=value.port`, as the given member reads it: of a stage with
  /// a foreach of its own, the one with the same values. A stage without foreach need not exist:
  /// its name is checked where ports are. Error where the reference makes no sense; none without a
  /// stage where that has been told.
  Reference resolve(const std::string& text, const Family& reader,
                    const Family::Member& member) const;

 private:
  std::string matching(const Family& family, const Family& reader,
                       const Family::Member& member) const;
  Reference of_member(const std::string& text) const;

  std::unordered_map<std::string, const Family*> families_;
  std::unordered_map<std::string, const Family*> members_;
  bool misses_names_;
};

}  // namespace pipeline::config
