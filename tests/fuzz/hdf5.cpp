#include "cache/hdf5_file.h"

#include <cstring>

#include "cache/stored_file.h"
#include "fuzz.h"
#include "input_reader.h"
#include "support/process.h"

// Two descriptions of outputs, and changes to the file. What is stored comes back, HDF5 finds it
// as the record says, tells one description from the other, and no change of a byte passes.

namespace pipeline::cache {
namespace {

using fuzz::InputReader;
using fuzz::require;
using Outputs = std::map<std::string, Artifact>;

Array array_from(InputReader& input) {
  const DType dtype = DType(input.below(11));
  const std::string bytes = input.text();
  if (dtype == DType::utf8) return Array::text(bytes);
  Shape shape;
  for (std::size_t rank = input.below(5); rank > 0; --rank)
    shape.push_back(std::int64_t(input.below(4)));
  Array array(dtype, shape);
  if (array.bytes() > 0)
    std::memcpy(array.mutable_data(), bytes.data(), std::min(bytes.size(), array.bytes()));
  return array;
}

Value attribute_from(InputReader& input) {
  switch (input.below(6)) {
    case 0: return nullptr;
    case 1: return input.below(2) == 1;
    case 2: return std::int64_t(input.number()) - 30000;
    case 3: return input.number() / 8.0;
    case 4: return Value::List{std::int64_t(input.byte()), input.text()};
    default: return input.text();
  }
}

Outputs outputs_from_input(InputReader& input) {
  Outputs outputs;
  for (std::size_t ports = input.below(4); ports > 0; --ports) {
    Artifact& artifact = outputs[input.text()];
    artifact.type = input.below(2) == 0 ? "array" : input.text();
    for (std::size_t i = input.below(3); i > 0; --i) {
      const std::string name = input.text();
      artifact.attributes[name] = attribute_from(input);
    }
    if (artifact.type == "array") artifact.arrays[""] = array_from(input);
    for (std::size_t i = artifact.type == "array" ? 0 : input.below(4); i > 0; --i) {
      const std::string path = input.text();
      artifact.arrays[path] = array_from(input);
    }
  }
  return outputs;
}

FileContents store(const std::filesystem::path& folder, const char* name, const Outputs& outputs) {
  TempFile file(folder);
  FileContents contents = write_outputs(file, {{"key", "a"}}, outputs);
  file.publish(folder / name);
  return contents;
}

Digest digest_of_all(const std::filesystem::path& path, const FileContents& contents) {
  const OutputFile file(path, MappedFile::open(path), contents);
  Digest digests;
  for (const auto& [port, output] : contents.outputs) {
    PendingChecks pending;
    digests += port + digest_of(file.load(port, pending));
    pending.wait();
  }
  return digests;
}

void require_stored(const std::filesystem::path& path, const FileContents& contents) {
  const auto differences = differences_from_hdf5(path, contents.outputs);
  require(differences.empty(), differences.empty() ? "" : differences[0]);
  Digest expected;
  for (const auto& [port, output] : contents.outputs) expected += port + output.digest;
  require(digest_of_all(path, contents) == expected, "what was stored comes back");
}

/// Names, types, shapes and places: what the record and HDF5 both tell.
Value::Map structure_of(const FileContents& contents) {
  Value::Map structure;
  for (const auto& [port, output] : contents.outputs)
    for (const auto& [path, array] : output.arrays) {
      Value::List list{name(array.dtype), std::int64_t(array.bytes ? array.offset : 0)};
      if (array.dtype == DType::utf8) list.push_back(std::int64_t(array.bytes));
      for (const std::int64_t size : array.shape) list.push_back(size);
      structure[dataset_name(port, path)] = std::move(list);
    }
  return structure;
}

void require_changes_noticed(const std::filesystem::path& path, const FileContents& contents,
                             InputReader& changes) {
  const std::string intact = testing::read_file(path);
  std::string changed = intact;
  while (!changes.ended()) {
    const std::size_t at = changes.number() % changed.size();
    changed[at] = char(changed[at] ^ changes.byte());
  }
  if (changed == intact) return;
  testing::write_file(path, changed);
  try {
    digest_of_all(path, contents);
  } catch (const Damaged&) {
    return;
  }
  require(false, "a changed file is damaged");
}

void try_outputs(InputReader input) {
  static const testing::TempFolder folder;
  const Outputs one = outputs_from_input(input), other = outputs_from_input(input);
  const FileContents stored = store(folder.path(), "one", one);
  require_stored(folder / "one", stored);
  const FileContents described = store(folder.path(), "other", other);
  require(differences_from_hdf5(folder / "one", described.outputs).empty() ==
              (structure_of(stored) == structure_of(described)),
          "HDF5 tells one record from the other");
  require_changes_noticed(folder / "one", stored, input);
}

}  // namespace
}  // namespace pipeline::cache

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pipeline;
  try {
    cache::try_outputs(fuzz::InputReader(fuzz::text_of(data, size)));
    ++fuzz::outcomes.accepted;
  } catch (const Error&) {
    ++fuzz::outcomes.refused;  // a name that cannot be stored
  }
  return 0;
}
