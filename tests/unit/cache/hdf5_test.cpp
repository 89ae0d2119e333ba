#include <hdf5.h>

#include <catch2/catch.hpp>
#include <set>

#include "cache/store.h"
#include "support/process.h"
#include "unit/cache/samples.h"

// Stored files as readers see them that know nothing of the store: HDF5's own library and h5dump.

namespace pipeline::cache {
namespace {

using pipeline::testing::TempFolder;
using testing::array_artifact;
using testing::key_of;
using testing::record_for;
using testing::rich_artifact;

template <class T>
std::vector<T> read_dataset(hid_t file, const char* name, hid_t type) {
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  REQUIRE(dataset >= 0);
  const hid_t space = H5Dget_space(dataset);
  std::vector<T> values(std::size_t(H5Sget_simple_extent_npoints(space)));
  REQUIRE(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0);
  H5Sclose(space);
  H5Dclose(dataset);
  return values;
}

std::string read_text_attribute(hid_t file, const char* object, const char* name) {
  const hid_t attribute = H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(attribute >= 0);
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  char* text = nullptr;
  REQUIRE(H5Aread(attribute, type, &text) >= 0);
  const std::string result = text ? text : "";
  H5free_memory(text);
  H5Tclose(type);
  H5Aclose(attribute);
  return result;
}

template <class T>
T read_attribute(hid_t file, const char* object, const char* name, hid_t type) {
  const hid_t attribute = H5Aopen_by_name(file, object, name, H5P_DEFAULT, H5P_DEFAULT);
  REQUIRE(attribute >= 0);
  T value{};
  REQUIRE(H5Aread(attribute, type, &value) >= 0);
  H5Aclose(attribute);
  return value;
}

std::vector<hsize_t> sizes_of(hid_t file, const char* name) {
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  const hid_t space = H5Dget_space(dataset);
  std::vector<hsize_t> sizes(std::size_t(H5Sget_simple_extent_ndims(space)));
  H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  H5Sclose(space);
  H5Dclose(dataset);
  return sizes;
}

class StoredSample {
 public:
  StoredSample() : store_(folder_ / "cache") {
    Artifact array = array_artifact({1, 2, 3, 4, 5, 6}, {2, 3});
    array.attributes = {{"unit", "m/s"}, {"n", 3}};
    record_ = store_.save(record_for(key_of("a")), {{"model", rich_artifact()}, {"x", array}});
    file = H5Fopen(store_.file_of(record_.key).c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    REQUIRE(file >= 0);
  }
  ~StoredSample() { H5Fclose(file); }
  const Record& record() const { return record_; }
  std::string path() const { return store_.file_of(record_.key).string(); }

  hid_t file = -1;

 private:
  TempFolder folder_;
  Store store_;
  Record record_;
};

TEST_CASE("HDF5 reads every element type, shape and text of a stored file") {
  const StoredSample sample;
  const hid_t file = sample.file;
  CHECK(read_dataset<float>(file, "/x", H5T_NATIVE_FLOAT) == std::vector<float>{1, 2, 3, 4, 5, 6});
  CHECK(sizes_of(file, "/x") == std::vector<hsize_t>{2, 3});
  CHECK(read_dataset<double>(file, "/model/weights/kernel", H5T_NATIVE_DOUBLE) ==
        std::vector<double>{0.1, -0.2});
  CHECK(read_dataset<float>(file, "/model/weights/bias 1", H5T_NATIVE_FLOAT) ==
        std::vector<float>{1.5f, -2.5f, 3.25f});
  CHECK(sizes_of(file, "/model/empty") == std::vector<hsize_t>{0, 3});
  CHECK(sizes_of(file, "/model/scalar").empty());
  CHECK(read_dataset<std::uint8_t>(file, "/model/scalar", H5T_NATIVE_UINT8)[0] == 200);
  CHECK(read_dataset<std::int8_t>(file, "/model/i8", H5T_NATIVE_INT8) ==
        std::vector<std::int8_t>{-128, 127});
  CHECK(read_dataset<std::uint16_t>(file, "/model/u16", H5T_NATIVE_UINT16)[0] == 65535);
  CHECK(read_dataset<std::int16_t>(file, "/model/i16", H5T_NATIVE_INT16)[0] == -32768);
  CHECK(read_dataset<std::uint32_t>(file, "/model/u32", H5T_NATIVE_UINT32)[0] == 4294967295u);
  CHECK(read_dataset<std::int32_t>(file, "/model/i32", H5T_NATIVE_INT32)[0] == INT32_MIN);
  CHECK(read_dataset<std::uint64_t>(file, "/model/u64", H5T_NATIVE_UINT64)[0] == UINT64_MAX);
  CHECK(read_dataset<std::int64_t>(file, "/model/i64", H5T_NATIVE_INT64)[0] == INT64_MIN);

  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, 4);
  H5Tset_cset(text, H5T_CSET_UTF8);
  H5Tset_strpad(text, H5T_STR_NULLPAD);
  char bytes[4];
  const hid_t note = H5Dopen2(file, "/model/note", H5P_DEFAULT);
  REQUIRE(H5Dread(note, text, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes) >= 0);
  CHECK(std::string(bytes, 4) == "hé\n");
  H5Dclose(note);
  H5Tclose(text);
}

TEST_CASE("HDF5 reads where a file came from, and its artifacts' attributes") {
  const StoredSample sample;
  const hid_t file = sample.file;
  CHECK(read_text_attribute(file, "/", "pipeline") == "vae_conv");
  CHECK(read_text_attribute(file, "/", "stage") == "fit");
  CHECK(read_text_attribute(file, "/", "component") == "train.fit");
  CHECK(read_text_attribute(file, "/", "key") == key_of("a"));
  CHECK(read_text_attribute(file, "/x", "artifact_type") == "array");
  CHECK(read_text_attribute(file, "/x", "unit") == "m/s");
  CHECK(read_attribute<std::int64_t>(file, "/x", "n", H5T_NATIVE_INT64) == 3);
  CHECK(read_text_attribute(file, "/model", "artifact_type") == "model");
  CHECK(read_text_attribute(file, "/model", "name") == "é");
  CHECK(read_attribute<double>(file, "/model", "rate", H5T_NATIVE_DOUBLE) == 0.001);
  CHECK(read_text_attribute(file, "/model", "list") == "[1,\"a\",-2.5]");
  CHECK(read_text_attribute(file, "/model", "nested") == "{\"a\":{},\"b\":-1}");
  CHECK(H5Aexists_by_name(file, "/model", "none", H5P_DEFAULT) > 0);
}

TEST_CASE("no object of a stored file has a time, by which equal outputs would differ") {
  const StoredSample sample;
  std::set<std::string> names, timed;
  std::pair found{&names, &timed};
  const auto look = [](hid_t, const char* name, const H5O_info_t* info, void* data) -> herr_t {
    auto& [all, with_time] = *static_cast<decltype(found)*>(data);
    all->insert(name);
    if (info->mtime != 0 || info->ctime != 0) with_time->insert(name);
    return 0;
  };
  REQUIRE(H5Ovisit(sample.file, H5_INDEX_NAME, H5_ITER_INC, look, &found) >= 0);
  CHECK(names.count("model/weights") == 1);  // a group on the way to a dataset
  CHECK(timed == std::set<std::string>());
}

TEST_CASE("h5dump reads a stored file, with bools as h5py writes them") {
  const StoredSample sample;
  const auto dump = pipeline::testing::run_program({"h5dump", sample.path()}, "/");
  CHECK(dump.status == 0);
  CHECK(dump.err == "");
  for (const char* part : {"DATASET \"kernel\"", "(0,0): 0.1", "\"FALSE\"", "H5T_CSET_UTF8",
                           "ATTRIBUTE \"on\"", "(0): TRUE"})
    CHECK_THAT(dump.out, Catch::Contains(part));
}

TEST_CASE("the record's offsets are HDF5's, and multiples of 64") {
  const StoredSample sample;
  for (const auto& [port, output] : sample.record().outputs)
    for (const auto& [path, array] : output.arrays) {
      if (array.bytes == 0) continue;
      const std::string name = path.empty() ? "/" + port : "/" + port + "/" + path;
      const hid_t dataset = H5Dopen2(sample.file, name.c_str(), H5P_DEFAULT);
      CHECK(H5Dget_offset(dataset) == array.offset);
      CHECK(array.offset % 64 == 0);
      H5Dclose(dataset);
    }
}

TEST_CASE("HDF5 reads a checkpoint with its record behind it") {
  const TempFolder folder;
  Store store(folder / "cache");
  store.save_checkpoint(key_of("a"), rich_artifact());
  const auto path = folder / "cache/checkpoints" / (key_of("a") + ".h5");
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  REQUIRE(file >= 0);
  CHECK(read_dataset<float>(file, "/checkpoint/weights/bias 1", H5T_NATIVE_FLOAT) ==
        std::vector<float>{1.5f, -2.5f, 3.25f});
  H5Fclose(file);
}

}  // namespace
}  // namespace pipeline::cache
