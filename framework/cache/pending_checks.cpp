#include "cache/pending_checks.h"

#include <fmt/format.h>

#include <atomic>

namespace pipeline::cache {

struct PendingChecks::State {
  std::vector<std::packaged_task<void()>> tasks;
  std::atomic<std::size_t> next{0};
};

PendingChecks::PendingChecks() : state_(std::make_shared<State>()) {}

void PendingChecks::add(std::function<void()> check) {
  state_->tasks.emplace_back(std::move(check));
  checks_.push_back(state_->tasks.back().get_future().share());
}

void PendingChecks::run(const std::function<bool()>& go_on) const {
  while (!go_on || go_on()) {
    const std::size_t i = state_->next++;
    if (i >= state_->tasks.size()) return;
    state_->tasks[i]();
  }
}

void PendingChecks::wait() const {
  run();
  for (const auto& check : checks_) check.get();
  for (const auto& file : mapped_) require_no_fault(*file);
}

void require_no_fault(const MappedFile& file) {
  if (const auto fault = file.fault())
    throw Damaged(fmt::format("'{}' {}", file.path().string(), *fault));
}

}  // namespace pipeline::cache
