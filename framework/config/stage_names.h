#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "config/foreach.h"

namespace pipeline::config {

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

  /// Whether the text is of the form `stage@*.port` or `stage@axis=*.port`.
  static bool names_several(const std::string& text);
  /// The stages that it names, in the order of their foreach: `*` alone stands for all values of
  /// all axes that are not named. Without it, an axis that is not named has the reader's own value.
  std::vector<Reference> resolve_several(const std::string& text, const Family& reader,
                                         const Family::Member& member) const;

 private:
  std::string matching(const Family& family, const Family& reader,
                       const Family::Member& member) const;
  Reference of_member(const std::string& text) const;
  [[noreturn]] void complain_of_name(const std::string& text, const std::string& family) const;

  std::unordered_map<std::string, const Family*> families_;
  std::unordered_map<std::string, const Family*> members_;
  bool misses_names_;
};

}  // namespace pipeline::config
