#include "cache/hdf5_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "cache/hdf5/compare.h"
#include "cache/hdf5/handle.h"
#include "cache/hdf5/memory_driver.h"
#include "cache/names.h"

namespace pipeline::cache {
namespace {

// Mapped arrays start where vectors and cache lines do.
constexpr hsize_t kAlignment = 64;

void write_attribute(hid_t object, const std::string& name, hid_t type, hid_t space,
                     const void* value) {
  const Handle list(checked(H5Pcreate(H5P_ATTRIBUTE_CREATE), "make an attribute"), H5Pclose);
  checked(H5Pset_char_encoding(list, H5T_CSET_UTF8), "make an attribute");
  const Handle attribute(checked(H5Acreate2(object, name.c_str(), type, space, list, H5P_DEFAULT),
                                 "make an attribute"),
                         H5Aclose);
  if (value) checked(H5Awrite(attribute, type, value), "write an attribute");
}

// h5py reads it as str; of any length.
void write_text_attribute(hid_t object, const std::string& name, const std::string& text) {
  const Handle type(checked(H5Tcopy(H5T_C_S1), "make a type"), H5Tclose);
  checked(H5Tset_size(type, H5T_VARIABLE), "make a type");
  checked(H5Tset_cset(type, H5T_CSET_UTF8), "make a type");
  const Handle space(checked(H5Screate(H5S_SCALAR), "make a space"), H5Sclose);
  const char* pointer = text.c_str();
  write_attribute(object, name, type, space, &pointer);
}

// As h5py writes them.
Handle bool_type() {
  Handle type(checked(H5Tenum_create(H5T_STD_I8LE), "make a type"), H5Tclose);
  const std::int8_t off = 0, on = 1;
  checked(H5Tenum_insert(type, "FALSE", &off), "make a type");
  checked(H5Tenum_insert(type, "TRUE", &on), "make a type");
  return type;
}

void write_attribute(hid_t object, const std::string& name, const Value& value) {
  const Handle space(checked(H5Screate(value.is_null() ? H5S_NULL : H5S_SCALAR), "make a space"),
                     H5Sclose);
  if (value.is_null()) {
    write_attribute(object, name, H5T_STD_I8LE, space, nullptr);
  } else if (value.is_bool()) {
    const std::int8_t flag = value.as_bool() ? 1 : 0;
    write_attribute(object, name, bool_type(), space, &flag);
  } else if (value.is_int()) {
    const std::int64_t number = value.as_int();
    write_attribute(object, name, H5T_STD_I64LE, space, &number);
  } else if (value.is_real()) {
    const double number = value.as_real();
    write_attribute(object, name, H5T_IEEE_F64LE, space, &number);
  } else {
    write_text_attribute(object, name, value.is_string() ? value.as_string() : value.to_json());
  }
}

void write_attributes(hid_t object, const Artifact& artifact) {
  write_text_attribute(object, kTypeAttribute, artifact.type);
  for (const auto& [name, value] : artifact.attributes) write_attribute(object, name, value);
}

// Names are UTF-8.
Handle link_list() {
  Handle list(checked(H5Pcreate(H5P_LINK_CREATE), "make a link"), H5Pclose);
  checked(H5Pset_char_encoding(list, H5T_CSET_UTF8), "make a link");
  return list;
}

// Times would make equal content unequal files.
Handle untimed(hid_t list_class) {
  Handle list(checked(H5Pcreate(list_class), "make a list"), H5Pclose);
  checked(H5Pset_obj_track_times(list, false), "switch off times");
  return list;
}

Handle make_group(hid_t file, const std::string& name) {
  return {
      checked(H5Gcreate2(file, name.c_str(), link_list(), untimed(H5P_GROUP_CREATE), H5P_DEFAULT),
              "make a group"),
      H5Gclose};
}

// Not left to HDF5 (H5Pset_create_intermediate_group), whose groups have times.
void make_groups_on_the_way(hid_t file, const std::string& name) {
  for (auto slash = name.find('/', 1); slash != name.npos; slash = name.find('/', slash + 1)) {
    const std::string group = name.substr(0, slash);
    if (!checked(H5Lexists(file, group.c_str(), H5P_DEFAULT), "look for a group"))
      make_group(file, group);
  }
}

// Space for the values, which are not written here.
Handle make_dataset(hid_t file, const std::string& name, const Array& array) {
  make_groups_on_the_way(file, name);
  const Handle creation = untimed(H5P_DATASET_CREATE);
  checked(H5Pset_layout(creation, H5D_CONTIGUOUS), "set a layout");
  checked(H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY), "set a layout");
  checked(H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER), "set a layout");
  return {checked(H5Dcreate2(file, name.c_str(), file_type(array.dtype(), array.bytes()),
                             space_of(array.dtype(), array.shape()), link_list(), creation,
                             H5P_DEFAULT),
                  "make a dataset"),
          H5Dclose};
}

class Hdf5Layout : public FileLayout {
 public:
  Hdf5Layout(const Value::Map& provenance, const std::map<std::string, Artifact>& outputs) {
    const LibraryLock lock;
    const Handle access(checked(H5Pcreate(H5P_FILE_ACCESS), "prepare a file"), H5Pclose);
    use_memory_driver(access, pages_);
    checked(H5Pset_alignment(access, 1, kAlignment), "prepare a file");
    // Compact groups and attributes of any size; every HDF5 since 1.8 reads it.
    checked(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18), "prepare a file");
    const Handle creation = untimed(H5P_FILE_CREATE);
    const Handle file(checked(H5Fcreate("memory", H5F_ACC_TRUNC, creation, access), "make a file"),
                      H5Fclose);
    for (const auto& [name, value] : provenance) write_attribute(file, name, value);
    for (const auto& [port, artifact] : outputs) add(file, port, artifact);
    checked(H5Fflush(file, H5F_SCOPE_GLOBAL), "finish a file");
  }

  std::uint64_t size() const override { return pages_.size; }

  std::uint64_t offset(const std::string& port, const std::string& path) const override {
    return offsets_.at({port, path});
  }

  void each_piece(const Visit& visit) const override {
    for (const auto& [number, bytes] : pages_.pages) {
      const std::uint64_t start = number * FilePages::kPage;
      if (start < size())
        visit(start, bytes.data(), std::min<std::uint64_t>(bytes.size(), size() - start));
    }
  }

 private:
  void add(hid_t file, const std::string& port, const Artifact& artifact) {
    if (artifact.type != "array") {
      make_groups_on_the_way(file, port);
      const Handle group = make_group(file, port);
      write_attributes(group, artifact);
    }
    for (const auto& [path, array] : artifact.arrays) {
      const Handle dataset = make_dataset(file, dataset_name(port, path), array);
      if (artifact.type == "array") write_attributes(dataset, artifact);
      const haddr_t offset = array.bytes() > 0 ? H5Dget_offset(dataset) : 0;
      if (offset == HADDR_UNDEF)
        throw Error(fmt::format("HDF5 gave dataset '{}' no space", dataset_name(port, path)));
      offsets_[{port, path}] = offset;
    }
  }

  FilePages pages_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> offsets_;
};

std::unique_ptr<FileLayout> lay_out_with_hdf5(const Value::Map& provenance,
                                              const std::map<std::string, Artifact>& outputs) {
  return std::make_unique<Hdf5Layout>(provenance, outputs);
}

}  // namespace
}  // namespace pipeline::cache

extern "C" const pipeline::cache::Hdf5Functions pipeline_hdf5{pipeline::cache::lay_out_with_hdf5,
                                                              pipeline::cache::compare_with_hdf5};
