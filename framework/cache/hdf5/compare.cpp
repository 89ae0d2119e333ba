#include "cache/hdf5/compare.h"

#include <fmt/format.h>

#include "cache/hdf5/handle.h"

namespace pipeline::cache {
namespace {

std::string compare_dataset(hid_t file, const std::string& name, const StoredArray& expected) {
  if (H5Lexists(file, name.c_str(), H5P_DEFAULT) <= 0) return "is not there";
  const Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (dataset < 0) return "cannot be opened as a dataset";
  const Handle type(checked(H5Dget_type(dataset), "read a type"), H5Tclose);
  if (H5Tequal(type, file_type(expected.dtype, expected.bytes)) <= 0)
    return fmt::format("is not of type {}", pipeline::name(expected.dtype));
  const Handle space(checked(H5Dget_space(dataset), "read a shape"), H5Sclose);
  if (H5Sextent_equal(space, space_of(expected.dtype, expected.shape)) <= 0)
    return fmt::format("is not of shape {}", to_string(expected.shape));
  if (expected.bytes > 0 && H5Dget_offset(dataset) != expected.offset)
    return "is not where the record has it";
  return "";
}

struct Names {
  std::vector<std::string> datasets;
  std::vector<std::string> groups;
};

herr_t collect(hid_t, const char* name, const H5O_info_t* info, void* data) {
  if (std::string_view(name) == ".") return 0;
  auto& names = *static_cast<Names*>(data);
  (info->type == H5O_TYPE_DATASET ? names.datasets : names.groups).push_back(name);
  return 0;
}

}  // namespace

std::vector<std::string> compare_with_hdf5(const std::filesystem::path& path,
                                           const std::map<std::string, StoredOutput>& outputs) {
  std::vector<std::string> lines;
  const LibraryLock lock;
  const Handle access(checked(H5Pcreate(H5P_FILE_ACCESS), "prepare a file"), H5Pclose);
  // A cache may be read where it cannot be locked.
  checked(H5Pset_file_locking(access, false, true), "prepare a file");
  const Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, access), H5Fclose);
  if (file < 0) return {"the HDF5 library cannot open the file"};
  std::size_t expected = 0;
  for (const auto& [port, output] : outputs)
    for (const auto& [name, array] : output.arrays) {
      const std::string dataset = dataset_name(port, name);
      ++expected;
      if (const auto problem = compare_dataset(file, dataset, array); !problem.empty())
        lines.push_back(fmt::format("dataset '{}' {}", dataset, problem));
    }
  Names names;
  checked(H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, collect, &names), "list a file");
  if (names.datasets.size() != expected)
    lines.push_back(
        fmt::format("the file has {} datasets, the record {}", names.datasets.size(), expected));
  return lines;
}

}  // namespace pipeline::cache
