#pragma once
#include <cstring>
#include <string>

#include "cache/active_run.h"
#include "cache/store.h"

namespace pipeline::cache::testing {

/// A key that a test can name.
inline Digest key_of(const std::string& name) { return digest_of("key of " + name); }

inline Artifact array_artifact(std::vector<float> values, Shape shape) {
  Artifact artifact;
  artifact.type = "array";
  artifact.arrays[""] = Array::of(values, std::move(shape));
  return artifact;
}

inline Artifact array_artifact(std::vector<float> values) {
  const auto size = std::int64_t(values.size());
  return array_artifact(std::move(values), {size});
}

/// Every element type, a scalar, arrays without elements, text, nested paths, every attribute.
inline Artifact rich_artifact() {
  Artifact artifact;
  artifact.type = "model";
  artifact.attributes = {{"latent", 10},
                         {"rate", 0.001},
                         {"name", "é"},
                         {"on", true},
                         {"off", false},
                         {"none", nullptr},
                         {"list", Value::List{1, "a", -2.5}},
                         {"nested", Value::Map{{"b", -1}, {"a", Value::Map{}}}}};
  artifact.arrays["weights/kernel"] = Array::of(std::vector<double>{0.1, -0.2}, {2, 1});
  artifact.arrays["weights/bias 1"] = Array::of(std::vector<float>{1.5f, -2.5f, 3.25f});
  artifact.arrays["empty"] = Array::zeros<std::int64_t>({0, 3});
  artifact.arrays["scalar"] = Array::scalar<std::uint8_t>(200);
  artifact.arrays["note"] = Array::text("hé\n");
  artifact.arrays["silence"] = Array::text("");
  artifact.arrays["i8"] = Array::of(std::vector<std::int8_t>{-128, 127});
  artifact.arrays["u16"] = Array::of(std::vector<std::uint16_t>{65535});
  artifact.arrays["i16"] = Array::of(std::vector<std::int16_t>{-32768});
  artifact.arrays["u32"] = Array::of(std::vector<std::uint32_t>{4294967295u});
  artifact.arrays["i32"] = Array::of(std::vector<std::int32_t>{-2147483647 - 1});
  artifact.arrays["u64"] = Array::of(std::vector<std::uint64_t>{18446744073709551615ull});
  artifact.arrays["i64"] = Array::of(std::vector<std::int64_t>{INT64_MIN});
  return artifact;
}

inline Record record_for(const Digest& key, const std::string& stage = "fit") {
  Record record;
  record.key = key;
  record.component = "train.fit";
  record.pipeline = "vae_conv";
  record.stage = stage;
  record.seconds = 1.5;
  record.parts = Value::Map{{"component", "train.fit"}, {"params", Value::Map{{"epochs", 3}}}};
  return record;
}

/// A run that has come to its end.
inline void finish_run(Store& store, const std::string& pipeline,
                       const std::map<std::string, Digest>& keys) {
  ActiveRun run(store, {pipeline, "", pipeline + ".yaml"});
  for (const auto& [stage, key] : keys) {
    run.reach(key);
    run.finished(stage, key);
  }
  run.save();
}

/// Equal type, attributes and arrays, bit for bit.
inline bool same(const Artifact& a, const Artifact& b) {
  if (a.type != b.type || a.attributes != b.attributes || a.arrays.size() != b.arrays.size())
    return false;
  for (const auto& [path, x] : a.arrays) {
    const auto y = b.arrays.find(path);
    if (y == b.arrays.end() || x.dtype() != y->second.dtype() || x.shape() != y->second.shape() ||
        (x.bytes() > 0 && std::memcmp(x.data(), y->second.data(), x.bytes()) != 0))
      return false;
  }
  return true;
}

}  // namespace pipeline::cache::testing
