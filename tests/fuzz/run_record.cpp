#include "cache/record_text.h"
#include "cache/runs.h"
#include "fuzz.h"
#include "support/process.h"

// The JSON of a run's record, whose seal is right.

namespace pipeline::cache {
namespace {

/// As the record of the run with that number.
RunRecord read(const std::string& sealed, std::int64_t number) {
  static const testing::TempFolder folder;
  FoundRun run;
  run.stem = folder / "run";
  run.number = number;
  testing::write_file(run.record(), sealed);
  return read_run(run);
}

RunRecord try_run_record(std::string_view json) {
  constexpr std::int64_t kNumber = 7;
  const RunRecord run = read(seal(Value::parse_json(json)), kNumber);
  fuzz::require(text_of(read(text_of(run), kNumber)) == text_of(run), "a run's record comes back");
  return run;
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
