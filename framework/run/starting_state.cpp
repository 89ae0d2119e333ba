#include "run/starting_state.h"

#include <fmt/format.h>

#include <vector>

namespace pipeline::run {
namespace {

/// `problems` are told what is damaged or gone.
StartingState find(const cache::Digest& key, const std::optional<cache::Extendable>& of,
                   const cache::Store& store, std::vector<std::string>& problems) {
  const auto damaged = [&](const std::string& why) { problems.push_back(why); };
  if (auto state = store.load_checkpoint(key, damaged)) return {std::move(state), {}};
  if (!of) return {};
  if (auto state = store.load_end_state(key, damaged)) return {std::move(state), {}};
  for (const cache::Member& member : store.members_below(*of)) {
    const std::size_t before = problems.size();
    if (auto state = store.load_end_state(member.key, damaged))
      return {std::move(state), plan::Extension{of->parameter, member.value, member.key}};
    // What gc has taken with its result is not missed.
    const auto record = store.find(member.key, cache::Store::Detail::without_parts);
    if (problems.size() == before && record && store.has_file(*record))
      problems.push_back(
          fmt::format("the result of {}={} has lost its end state", of->parameter, member.value));
  }
  return {};
}

}  // namespace

StartingState starting_state(const cache::Digest& key, const std::optional<cache::Extendable>& of,
                             const cache::Store& store,
                             const std::function<void(const std::string&)>& log) {
  std::vector<std::string> problems;
  StartingState start = find(key, of, store, problems);
  const std::string instead = start.extends
                                  ? fmt::format("it goes on from the end of {}={}",
                                                start.extends->parameter, start.extends->value)
                              : start.state ? "it goes on from where it had ended"
                                            : "it starts from the beginning";
  for (const std::string& problem : problems) log(problem + "; " + instead);
  return start;
}

}  // namespace pipeline::run
