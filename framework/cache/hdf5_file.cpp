#include "cache/hdf5_file.h"

#include <fmt/format.h>

#include "cache/hdf5_handle.h"
#include "cache/memory_driver.h"
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

// Groups on the way are made; names are UTF-8.
Handle link_list() {
  Handle list(checked(H5Pcreate(H5P_LINK_CREATE), "make a link"), H5Pclose);
  checked(H5Pset_create_intermediate_group(list, 1), "make a link");
  checked(H5Pset_char_encoding(list, H5T_CSET_UTF8), "make a link");
  return list;
}

// Times would make equal content unequal files.
Handle untimed(hid_t list_class) {
  Handle list(checked(H5Pcreate(list_class), "make a list"), H5Pclose);
  checked(H5Pset_obj_track_times(list, false), "switch off times");
  return list;
}

// Space for the values, which are not written here.
Handle make_dataset(hid_t file, const std::string& name, const Array& array) {
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

}  // namespace

struct FileLayout::Impl {
  FilePages pages;
  std::map<std::pair<std::string, std::string>, std::uint64_t> offsets;

  void add(hid_t file, const std::string& port, const Artifact& artifact) {
    if (artifact.type != "array") {
      const Handle creation = untimed(H5P_GROUP_CREATE);
      const Handle group(checked(H5Gcreate2(file, port.c_str(), link_list(), creation, H5P_DEFAULT),
                                 "make a group"),
                         H5Gclose);
      write_attributes(group, artifact);
    }
    for (const auto& [path, array] : artifact.arrays) {
      const Handle dataset = make_dataset(file, dataset_name(port, path), array);
      if (artifact.type == "array") write_attributes(dataset, artifact);
      const haddr_t offset = array.bytes() > 0 ? H5Dget_offset(dataset) : 0;
      if (offset == HADDR_UNDEF)
        throw Error(fmt::format("HDF5 gave dataset '{}' no space", dataset_name(port, path)));
      offsets[{port, path}] = offset;
    }
  }
};

FileLayout::FileLayout(const Value::Map& provenance, const std::map<std::string, Artifact>& outputs)
    : impl_(std::make_unique<Impl>()) {
  const LibraryLock lock;
  const Handle access(checked(H5Pcreate(H5P_FILE_ACCESS), "prepare a file"), H5Pclose);
  use_memory_driver(access, impl_->pages);
  checked(H5Pset_alignment(access, 1, kAlignment), "prepare a file");
  // Compact groups and attributes of any size; every HDF5 since 1.8 reads it.
  checked(H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18), "prepare a file");
  const Handle creation = untimed(H5P_FILE_CREATE);
  hid_t file = checked(H5Fcreate("memory", H5F_ACC_TRUNC, creation, access), "make a file");
  {
    const Handle closer(file, H5Fclose);
    for (const auto& [name, value] : provenance) write_attribute(file, name, value);
    for (const auto& [port, artifact] : outputs) impl_->add(file, port, artifact);
    checked(H5Fflush(file, H5F_SCOPE_GLOBAL), "finish a file");
  }
}

FileLayout::~FileLayout() = default;

std::uint64_t FileLayout::size() const { return impl_->pages.size; }

std::uint64_t FileLayout::offset(const std::string& port, const std::string& path) const {
  return impl_->offsets.at({port, path});
}

void FileLayout::each_piece(
    const std::function<void(std::uint64_t, const void*, std::size_t)>& visit) const {
  for (const auto& [number, bytes] : impl_->pages.pages) {
    const std::uint64_t start = number * FilePages::kPage;
    if (start < size())
      visit(start, bytes.data(), std::min<std::uint64_t>(bytes.size(), size() - start));
  }
}

std::string dataset_name(const std::string& port, const std::string& path) {
  return path.empty() ? "/" + port : "/" + port + "/" + path;
}

}  // namespace pipeline::cache
