#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cache/files.h"
#include "cache/found_files.h"
#include "cache/layout.h"
#include "cache/record.h"

// Results that can be extended, by family (see Extendable): an empty file for each, whose name says
// all, so that one folder tells what there is to go on from. It is there from before its result is
// until gc finds that its record is gone. Each has an end state beside its file, layout.state(key),
// in the form of a checkpoint.

namespace pipeline::cache {

/// One of a family.
struct Member {
  std::int64_t value = 0;  ///< of the extendable parameter
  Digest key;
};

/// Makes the checkpoint of `key` its end state, and the key a member. To be called under the key's
/// lock and the commit lock, before the record is there: who finds the result then finds both, and
/// after a kill in between the action goes on from its end state as it would have from its
/// checkpoint. `member` is an empty file. Without a checkpoint an earlier end state stays.
void keep_end_state(const Layout& layout, const Extendable& of, const Digest& key,
                    TempFile& member);
/// Those with less than `of.value`, the largest first. No other family is looked at. A folder that
/// cannot be read has none: what it would have saved is computed.
std::vector<Member> members_below(const Layout& layout, const Extendable& of);
/// Of all families; `key` is the member's, "" where the file's name is none.
std::vector<FoundFile> member_files(const Layout& layout);

}  // namespace pipeline::cache
