#pragma once
#include <string>
#include <vector>

#include "plan/checked_pipeline.h"
#include "support/process.h"

namespace pipeline::plan {

inline Registry& toys() {
  static Registry registry({testing::test_plugin("toys")});
  return registry;
}

/// A pipeline file of these stages, checked.
inline CheckedPipeline checked(const testing::TempFolder& folder, const std::string& stages,
                               const std::vector<std::string>& overrides = {}) {
  testing::write_file(folder / "p.yaml", "stages:\n" + stages);
  return check(config::load((folder / "p.yaml").string(), overrides, {}), toys());
}

}  // namespace pipeline::plan
