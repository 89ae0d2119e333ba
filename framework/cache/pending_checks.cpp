#include "cache/pending_checks.h"

namespace pipeline::cache {

void PendingChecks::add(std::function<void()> check) {
  // Where no thread can be had, wait() makes the check.
  checks_.push_back(
      std::async(std::launch::async | std::launch::deferred, std::move(check)).share());
}

void PendingChecks::wait() const {
  for (const auto& check : checks_) check.get();
}

}  // namespace pipeline::cache
