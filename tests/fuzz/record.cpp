#include "cache/record_text.h"

#include "cache/stored_file.h"
#include "fuzz.h"
#include "support/process.h"

// The JSON of a record, whose seal is right: damage never comes so far, but another program's
// records, or another version's, do.

namespace pipeline::cache {
namespace {

using fuzz::require;

/// The bytes 0 to 255, which a seed's record describes.
const std::filesystem::path& stored_file() {
  static const testing::TempFolder folder;
  static const auto path = [] {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += char(i);
    testing::write_file(folder / "object", bytes);
    return folder / "object";
  }();
  return path;
}

void require_sealed(const Value& value) {
  require(Value::parse_json(value.to_json()) == value, "JSON gives back the value");
  require(unseal(seal(value)) == value, "a seal gives back the value");
}

void require_without_parts(const Value& value) {
  if (!value.is_map() || !value.has("parts")) return;
  Value without = value;
  without.map()["parts"] = nullptr;
  require(Value::parse_json(without_entry(value.to_json(), "parts")) == without,
          "a record without its parts differs in nothing else");
}

void load(const Record& record) {
  const FileContents contents{record.outputs, record.file_bytes, record.structure_checksum};
  const OutputFile file(stored_file(), MappedFile::open(stored_file()), contents);
  for (const auto& [port, output] : record.outputs) {
    PendingChecks pending;
    digest_of(file.load(port, pending));
    pending.wait();
  }
}

void try_record(std::string_view json) {
  const Value value = Value::parse_json(json);
  require_sealed(value);
  require_without_parts(value);
  const Record record = record_from(value);
  require(to_value(record_from(to_value(record))) == to_value(record), "a record comes back");
  load(record);
}

}  // namespace
}  // namespace pipeline::cache

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pipeline;
  const auto text = fuzz::text_of(data, size);
  try {
    cache::try_record(text);
    ++fuzz::outcomes.accepted;
  } catch (const Error&) {
    ++fuzz::outcomes.refused;
  }
  try {
    cache::unsealed(text);
  } catch (const Error&) {}
  return 0;
}
