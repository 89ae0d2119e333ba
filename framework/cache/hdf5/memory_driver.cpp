#include "cache/hdf5/memory_driver.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <stdexcept>

namespace pipeline::cache {
namespace {

struct MemoryFile {
  H5FD_t base;  // first, as the library's own drivers have it
  FilePages* target;
  haddr_t end = 0;
};

MemoryFile& memory(H5FD_t* file) { return *reinterpret_cast<MemoryFile*>(file); }
const MemoryFile& memory(const H5FD_t* file) { return *reinterpret_cast<const MemoryFile*>(file); }

H5FD_t* open_memory(const char*, unsigned, hid_t access_list, haddr_t) {
  const auto* target = static_cast<FilePages* const*>(H5Pget_driver_info(access_list));
  auto* file = new (std::nothrow) MemoryFile{};
  if (!file || !target) return nullptr;
  file->target = *target;
  return &file->base;
}

herr_t close_memory(H5FD_t* file) {
  delete &memory(file);
  return 0;
}

int compare(const H5FD_t* a, const H5FD_t* b) {
  const auto* x = memory(a).target;
  const auto* y = memory(b).target;
  return std::less<>()(x, y) ? -1 : std::less<>()(y, x) ? 1 : 0;
}

herr_t query(const H5FD_t*, unsigned long* flags) {
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

haddr_t get_end(const H5FD_t* file, H5FD_mem_t) { return memory(file).end; }
herr_t set_end(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  memory(file).end = address;
  return 0;
}
haddr_t get_size(const H5FD_t* file, H5FD_mem_t) { return memory(file).target->size; }

// Calls visit(page's bytes or null, offset in the page, offset in the buffer, count).
template <class Visit>
void each_page(haddr_t address, std::size_t size, Visit visit) {
  for (std::size_t done = 0; done < size;) {
    const std::uint64_t page = (address + done) / FilePages::kPage;
    const std::size_t start = (address + done) % FilePages::kPage;
    const std::size_t count = std::min(size - done, FilePages::kPage - start);
    visit(page, start, done, count);
    done += count;
  }
}

herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* buffer) {
  const FilePages& target = *memory(file).target;
  auto* to = static_cast<std::byte*>(buffer);
  each_page(address, size,
            [&](std::uint64_t page, std::size_t start, std::size_t done, std::size_t n) {
              const auto found = target.pages.find(page);
              if (found == target.pages.end()) std::memset(to + done, 0, n);
              else std::memcpy(to + done, found->second.data() + start, n);
            });
  return 0;
}

herr_t write(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size,
             const void* buffer) {
  FilePages& target = *memory(file).target;
  const auto* from = static_cast<const std::byte*>(buffer);
  try {
    each_page(address, size,
              [&](std::uint64_t page, std::size_t start, std::size_t done, std::size_t n) {
                auto [place, made] = target.pages.try_emplace(page);
                if (made) place->second.fill(std::byte{0});
                std::memcpy(place->second.data() + start, from + done, n);
              });
  } catch (const std::bad_alloc&) {
    return -1;
  }
  target.size = std::max<std::uint64_t>(target.size, address + size);
  return 0;
}

herr_t truncate(H5FD_t* file, hid_t, hbool_t) {
  memory(file).target->size = memory(file).end;
  return 0;
}

// Registered anew where the library has been closed in between.
hid_t driver() {
  static const H5FD_class_t kDriver = [] {
    H5FD_class_t driver{};
    driver.name = "pipeline memory";
    driver.maxaddr = haddr_t{1} << 62;
    driver.fc_degree = H5F_CLOSE_STRONG;
    driver.fapl_size = sizeof(FilePages*);
    driver.open = open_memory;
    driver.close = close_memory;
    driver.cmp = compare;
    driver.query = query;
    driver.get_eoa = get_end;
    driver.set_eoa = set_end;
    driver.get_eof = get_size;
    driver.read = read;
    driver.write = write;
    driver.truncate = truncate;
    const H5FD_mem_t map[] = H5FD_FLMAP_SINGLE;
    std::copy(std::begin(map), std::end(map), driver.fl_map);
    return driver;
  }();
  static hid_t id = -1;
  if (id < 0 || H5Iis_valid(id) <= 0) id = H5FDregister(&kDriver);
  return id;
}

}  // namespace

void use_memory_driver(hid_t access_list, FilePages& target) {
  FilePages* pointer = &target;
  if (H5Pset_driver(access_list, driver(), &pointer) < 0)
    throw std::runtime_error("HDF5 does not take the driver that keeps a file in memory");
}

}  // namespace pipeline::cache
