#pragma once
#include <algorithm>

#include "fuzz.h"
#include "unit/config/files.h"

namespace pipeline::fuzz {

/// Every diagnostic says something, about a place in its text.
inline void require_placed(const config::Diagnostic& diagnostic) {
  require(!diagnostic.message.empty(), "a diagnostic has a message");
  const auto& at = diagnostic.position;
  require(bool(at.source), "a diagnostic has a source");
  const auto lines = std::count(at.source->text.begin(), at.source->text.end(), '\n') + 1;
  require(at.line >= 1 && at.line <= lines + 1, "a diagnostic's line is one of its text");
  require(at.column >= 1 && at.column <= int(at.source->text.size()) + 2,
          "a diagnostic's column is one of its text");
  require(!config::format(diagnostic).empty(), "a diagnostic can be shown");
}

/// Loads p.yaml, or is told what is wrong.
inline void try_load(Files& files, const std::vector<std::string>& overrides) {
  try {
    const auto pipeline = files.load(overrides);
    for (const auto& stage : pipeline.stages) (void)stage.with.value().to_json();
    ++outcomes.accepted;
  } catch (const config::Errors& errors) {
    require(!errors.diagnostics().empty(), "errors are not empty");
    for (const config::Diagnostic& diagnostic : errors.diagnostics()) require_placed(diagnostic);
    ++outcomes.refused;
  } catch (const Error& error) {
    require(*error.what() != '\0', "an error has a message");
    ++outcomes.refused;
  }
}

}  // namespace pipeline::fuzz
