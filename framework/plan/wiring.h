#pragma once
#include <string_view>
#include <vector>

#include "plan/checked_pipeline.h"

namespace pipeline::plan {

/// All stages of a foreach may be named at one place; what is wrong with one is told once for it.
inline bool is_same_place(const config::Position& a, const config::Position& b) {
  return a.source == b.source && a.line == b.line && a.column == b.column;
}

/// A pipeline while it is checked, with what is wrong so far.
struct Draft {
  CheckedPipeline checked;
  /// By stage: whether its ports are known. Where they are not, no such component was found or its
  /// declaration failed, and that has been told.
  std::vector<bool> declared;
  std::vector<bool> sound;  ///< by stage: nothing is known to be wrong with it
  std::vector<config::Diagnostic> problems;

  void complain(const config::Position& position, const config::Stage& stage,
                std::string_view text);
};

/// Follows the references of all stages' inputs to stages and ports, and puts the stages in order.
/// Those in a circle lose their wires, so that the rest can still be looked at.
void wire(Draft& draft);

}  // namespace pipeline::plan
