#include "pipeline/dependencies.h"

#include <algorithm>

namespace pipeline {

void Dependencies::add(const Dependencies& more) {
  environment.insert(more.environment.begin(), more.environment.end());
  for (const auto& [what, list] : more.files)
    for (const File& file : list)
      if (auto& known = files[what]; std::find(known.begin(), known.end(), file) == known.end())
        known.push_back(file);
  programs.insert(more.programs.begin(), more.programs.end());
  if (more.caching <= caching) return;
  caching = more.caching;
  caching_why = more.caching_why;
}

bool Dependencies::covers(const Dependencies& more) const {
  for (const auto& [name, variable] : more.environment) {
    const auto known = environment.find(name);
    if (known == environment.end() || known->second.value != variable.value) return false;
  }
  for (const auto& [what, list] : more.files) {
    const auto known = files.find(what);
    for (const File& file : list)
      if (known == files.end() ||
          std::find(known->second.begin(), known->second.end(), file) == known->second.end())
        return false;
  }
  return more.caching <= caching;
}

}  // namespace pipeline
