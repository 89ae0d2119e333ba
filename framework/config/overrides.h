#pragma once
#include <memory>
#include <string>
#include <vector>

#include "config/problems.h"

namespace pipeline::config {

class StageNames;

/// One argument `key=value`.
struct Override {
  std::shared_ptr<const Source> source;
  std::vector<std::string> path;  ///< the key's parts: {"latent"}, {"fit", "optimizer", "adam"}
  Node value;
  bool used = false;

  /// Where a part of the key stands in the argument.
  Position at(std::size_t step = 0) const;
  std::string key() const;
};

/// The command line's overrides. What no one takes is an error in the end.
class Overrides {
 public:
  Overrides(const std::vector<std::string>& arguments, Problems& problems);

  /// The last value given for a plain key (a var or group), or null.
  const Node* take(const std::string& name);
  /// Those that name one stage of a foreach, `fit@latent=2.epochs=5`, can be read only once the
  /// stages' names are known.
  void name_stages(const StageNames& stages, Problems& problems);
  /// Those of the stage, or of all stages of its family, in the order in which they were given.
  std::vector<const Override*> of_stage(const std::string& name, const std::string& family);
  /// A problem for each that names nothing there is, unless that may be missing.
  void complain_of_unused(const std::vector<std::string>& plain_names, const StageNames& stages,
                          const Missing& missing, Problems& problems) const;

 private:
  void read(const std::shared_ptr<const Source>& source, std::size_t equals,
            std::vector<std::string> path, Problems& problems);

  std::vector<Override> list_;
  std::vector<std::shared_ptr<const Source>> with_axes_;  ///< not yet read
};

/// Puts `value` at a path of keys and list indices inside `node`. Maps grow where a key is new, and
/// `rmsprop` becomes `{rmsprop: {…}}` on a way through it; anything else in the way is a problem.
void set_path(Node& node, const Override& given, std::size_t first_step, Node value,
              Problems& problems);

}  // namespace pipeline::config
