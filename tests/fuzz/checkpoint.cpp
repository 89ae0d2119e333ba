#include "cache/checkpoint.h"

#include <fmt/format.h>

#include "cache/digest.h"
#include "cache/layout.h"
#include "cache/record_text.h"
#include "fuzz.h"
#include "support/process.h"

// A line with the JSON of a checkpoint's trailer, which gets its seal and length here, and the
// bytes in front of it. Without such a line the input is the file.

namespace pipeline::cache {
namespace {

std::string file_from(std::string_view input) {
  const auto end = std::min(input.find('\n'), input.size());
  try {
    const std::string sealed = seal(Value::parse_json(input.substr(0, end)));
    return fmt::format("{}{}{}pipeline checkpoint\n", input.substr(std::min(end + 1, input.size())),
                       sealed, to_hex(sealed.size()));
  } catch (const Error&) {
    return std::string(input);
  }
}

void try_checkpoint(std::string_view input) {
  static const testing::TempFolder folder;
  const Layout layout{folder.path()};
  const Digest key(64, 'a');
  testing::write_file(layout.checkpoint(key), file_from(input));
  const auto state = load_checkpoint(layout.checkpoint(key), key);
  fuzz::require(state.has_value(), "a file that is there is loaded or damaged");
  const Digest digest = digest_of(*state);
  TempFile file(layout.tmp());
  write_checkpoint(file, key, *state);  // Error where another program's cannot be stored by us
  file.publish(layout.checkpoint(key));
  fuzz::require(digest_of(*load_checkpoint(layout.checkpoint(key), key)) == digest,
                "a checkpoint comes back");
}

}  // namespace
}  // namespace pipeline::cache

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pipeline;
  try {
    cache::try_checkpoint(fuzz::text_of(data, size));
    ++fuzz::outcomes.accepted;
  } catch (const Error&) {
    ++fuzz::outcomes.refused;
  }
  return 0;
}
