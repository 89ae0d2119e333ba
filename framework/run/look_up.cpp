#include "run/look_up.h"

#include "plan/stored_result.h"

namespace pipeline::run {

std::optional<LookUp> Finder::at_once(const plan::CheckedStage& stage,
                                      const std::map<std::string, cache::Digest>& inputs) const {
  // Whether to go on is asked when a file is to be read whose digest is not remembered.
  const auto never_read = [] { return true; };
  if (check_ == Check::all) return std::nullopt;
  try {
    return find_by_key(stage, plan::key_parts(stage, inputs, store_, never_read, run_));
  } catch (const Cancelled&) {
    return std::nullopt;
  }
}

LookUp Finder::find(const plan::CheckedStage& stage,
                    const std::map<std::string, cache::Digest>& inputs,
                    const std::function<bool()>& cancelled) const {
  return find_by_key(stage, plan::key_parts(stage, inputs, store_, cancelled, run_));
}

plan::KeyParts Finder::parts_again(const plan::CheckedStage& stage,
                                   const std::map<std::string, cache::Digest>& inputs,
                                   const cache::Digest& key) const {
  plan::KeyParts parts = plan::key_parts(stage, inputs, store_, {}, run_);
  if (plan::key_of(parts.value) != key)
    throw Error("what it depends on was changed while the run was under way; run again");
  return parts;
}

LookUp Finder::find_by_key(const plan::CheckedStage& stage, plan::KeyParts parts) const {
  LookUp found;
  found.key = plan::key_of(parts.value);
  found.parts = std::move(parts);
  reach_(found.key);
  found.record = plan::stored_result(stage, found.key, store_);
  std::error_code ignored;
  if (!found.record || !exists(symlink_status(store_.file_of(found.key), ignored))) return found;
  try {
    store_.require_sound(*found.record);
    if (check_ == Check::all)
      for (const auto& [port, output] : found.record->outputs) store_.load(*found.record, port);
    found.there = true;
  } catch (const cache::Unavailable& unavailable) {
    found.damage = {unavailable.what(), true};
  } catch (const cache::Damaged& damaged) {
    found.damage = {damaged.what(), false};
  }
  return found;
}

}  // namespace pipeline::run
