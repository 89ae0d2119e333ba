#include "fuzz.h"
#include "idx_file.h"
#include "input_reader.h"
#include "support/process.h"

// Which rows are wanted, in two bytes, and an IDX file, plain or gzip.

namespace pipeline::data {
namespace {

void try_idx(fuzz::InputReader input) {
  static const testing::TempFolder folder;
  RowChoice rows;
  rows.every = 1 + std::int64_t(input.below(4));
  if (const std::uint8_t limit = input.byte(); limit < 128) rows.limit = 1 + limit;
  const auto file = folder / "images";
  testing::write_file(file, std::string(input.rest()));
  const Array array = read_idx(file, rows, [] {});
  fuzz::require(array.shape() == chosen_shape(read_idx_header(file), rows),
                "an array has the shape that its header tells");
}

}  // namespace
}  // namespace pipeline::data

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pipeline;
  try {
    data::try_idx(fuzz::InputReader(fuzz::text_of(data, size)));
    ++fuzz::outcomes.accepted;
  } catch (const Error&) {
    ++fuzz::outcomes.refused;
  }
  return 0;
}
