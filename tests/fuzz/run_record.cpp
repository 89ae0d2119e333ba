#include "cache/record_text.h"
#include "cache/runs.h"
#include "fuzz.h"
#include "support/process.h"

// The JSON of a run's record, whose seal is right.

namespace pipeline::cache {
namespace {

RunRecord try_run_record(std::string_view json) {
  static const testing::TempFolder folder;
  testing::write_file(folder / "run.json", seal(Value::parse_json(json)));
  return read_run(folder / "run.json");
}

}  // namespace
}  // namespace pipeline::cache

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pipeline;
  try {
    const auto run = cache::try_run_record(fuzz::text_of(data, size));
    const std::string name = cache::file_name_for(run.pipeline);
    fuzz::require(!name.empty() && name.size() <= 255 && name[0] != '.' &&
                      name.find('/') == std::string::npos,
                  "a run's folder has a name of its own");
    ++fuzz::outcomes.accepted;
  } catch (const Error&) {
    ++fuzz::outcomes.refused;
  }
  return 0;
}
