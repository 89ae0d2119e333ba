#include "cache/hdf5/handle.h"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <new>
#include <vector>

#include "pipeline/error.h"

namespace pipeline::cache {
namespace {

std::mutex& library_mutex() {
  static std::mutex mutex;
  return mutex;
}

herr_t keep_innermost(unsigned n, const H5E_error2_t* error, void* text) {
  if (n == 0 && error->desc) *static_cast<std::string*>(text) = error->desc;
  return 0;
}

hid_t element_type(DType dtype) {
  switch (dtype) {
    case DType::u8: return H5T_STD_U8LE;
    case DType::i8: return H5T_STD_I8LE;
    case DType::u16: return H5T_STD_U16LE;
    case DType::i16: return H5T_STD_I16LE;
    case DType::u32: return H5T_STD_U32LE;
    case DType::i32: return H5T_STD_I32LE;
    case DType::u64: return H5T_STD_U64LE;
    case DType::i64: return H5T_STD_I64LE;
    case DType::f32: return H5T_IEEE_F32LE;
    case DType::f64: return H5T_IEEE_F64LE;
    case DType::utf8: break;
  }
  return H5T_C_S1;
}

// The library crashes where it is refused memory: so it is not called where there is hardly any.
void require_memory() {
  constexpr std::size_t kEnough = 16 << 20;  // its caches of a new file take 4 MiB
  void* room = mmap(nullptr, kEnough, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (room == MAP_FAILED) throw std::bad_alloc();
  munmap(room, kEnough);
}

}  // namespace

LibraryLock::LibraryLock() : guard_(library_mutex()) {
  require_memory();
  // Nothing is left open for it to close at the end, and where a close failed it would crash there.
  H5dont_atexit();
  H5open();
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

hid_t checked(hid_t result, const char* what) {
  if (result >= 0) return result;
  std::string reason = "no reason given";
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_innermost, &reason);
  throw Error(fmt::format("HDF5 could not {}: {}", what, reason));
}

Handle file_type(DType dtype, std::size_t text_bytes) {
  Handle type(checked(H5Tcopy(element_type(dtype)), "make a type"), H5Tclose);
  if (dtype == DType::utf8) {
    checked(H5Tset_size(type, std::max<std::size_t>(text_bytes, 1)), "make a text type");
    checked(H5Tset_cset(type, H5T_CSET_UTF8), "make a text type");
    checked(H5Tset_strpad(type, H5T_STR_NULLPAD), "make a text type");
  }
  return type;
}

Handle space_of(DType dtype, const Shape& shape) {
  if (dtype == DType::utf8 || shape.empty())
    return {checked(H5Screate(H5S_SCALAR), "make a space"), H5Sclose};
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  return {checked(H5Screate_simple(int(sizes.size()), sizes.data(), nullptr), "make a space"),
          H5Sclose};
}

}  // namespace pipeline::cache
