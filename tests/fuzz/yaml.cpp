#include "pipelines.h"
#include "unit/config/yaml_events.h"

// A pipeline file of any bytes, beside two sound ones that it may name.

namespace pipeline::fuzz {
namespace {

Files& folder() {
  static Files files;
  static const bool written = [] {
    files.write("base.yaml",
                "vars: {test_size: 0.1}\nstages:\n  split: {use: data.split, with: {size: "
                "${test_size}}}\n  fit: {use: train.fit}\n");
    files.write("groups/data/digits.yaml", "stages: {data: {use: data.digits, with: {seed: 3}}}\n");
    return true;
  }();
  (void)written;
  return files;
}

/// The quick reader leaves a text to yaml-cpp or reads it as that does.
void require_read_alike(std::string_view given) {
  using namespace config;
  auto source = std::make_shared<Source>();
  source->text = given;
  Problems problems;
  if (!check_characters(source, problems)) return;
  const YamlText text(source, 0);
  Events events;
  if (read_plain_yaml(text.text(), events))
    require(events.text() == events_of_yaml_cpp(text.text()), "both readers read alike");
}

}  // namespace
}  // namespace pipeline::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace pipeline::fuzz;
  const std::string text(text_of(data, size));
  require_read_alike(text);
  try_load(folder().write("p.yaml", text), {});
  return 0;
}
