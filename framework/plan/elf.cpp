#include "plan/elf.h"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <memory>
#include <optional>

#include "cache/mapped_file.h"
#include "pipeline/error.h"

namespace pipeline::plan {
namespace {

/// The file's bytes, of which only what is asked for is read; every access is checked against
/// their end.
class Image {
 public:
  explicit Image(const std::filesystem::path& file) : file_(cache::MappedFile::open(file)) {
    if (!file_) throw Error("cannot be read");
    bytes_ = {reinterpret_cast<const char*>(file_->bytes().data()), file_->bytes().size()};
  }
  template <class T>
  T read(std::uint64_t offset) const {
    T value;
    std::memcpy(&value, slice(offset, sizeof(T)).data(), sizeof(T));
    return value;
  }
  std::string_view slice(std::uint64_t offset, std::uint64_t size) const {
    if (offset > bytes_.size() || size > bytes_.size() - offset)
      throw Error(fmt::format("is cut short: {} bytes, needs {}", bytes_.size(), offset + size));
    return bytes_.substr(offset, size);
  }
  /// Error where bytes could not be had: they were read as zeros.
  void require_no_fault() const {
    if (const auto fault = file_->fault()) throw Error(*fault);
  }
  std::string text(std::uint64_t offset) const {
    slice(offset, 1);
    const auto end = bytes_.find('\0', offset);
    return std::string(bytes_.substr(offset, end - offset));
  }

 private:
  std::shared_ptr<const cache::MappedFile> file_;
  std::string_view bytes_;
};

std::string hex(std::string_view bytes) {
  std::string text;
  for (const unsigned char byte : bytes) text += fmt::format("{:02x}", byte);
  return text;
}

// Notes are (name size, description size, type, name, description), each padded to four bytes.
std::string find_build_id(const Image& image, const Elf64_Phdr& segment) {
  const auto padded = [](std::uint64_t size) { return (size + 3) / 4 * 4; };
  std::uint64_t at = segment.p_offset;
  const std::uint64_t end = segment.p_offset + segment.p_filesz;
  while (at + sizeof(Elf64_Nhdr) <= end) {
    const auto note = image.read<Elf64_Nhdr>(at);
    const std::uint64_t description = at + sizeof note + padded(note.n_namesz);
    const std::string_view owner = image.slice(at + sizeof note, note.n_namesz);
    if (note.n_type == NT_GNU_BUILD_ID && owner == std::string_view("GNU", 4))
      return hex(image.slice(description, note.n_descsz));
    at = description + padded(note.n_descsz);
  }
  return "";
}

std::uint64_t file_offset(const std::vector<Elf64_Phdr>& segments, std::uint64_t address) {
  for (const Elf64_Phdr& segment : segments)
    if (segment.p_type == PT_LOAD && address >= segment.p_vaddr &&
        address - segment.p_vaddr < segment.p_filesz)
      return segment.p_offset + (address - segment.p_vaddr);
  throw Error("has a dynamic section that points outside of it");
}

void read_names(const Image& image, const std::vector<Elf64_Phdr>& segments,
                const Elf64_Phdr& dynamic, ElfInfo& info) {
  std::vector<std::uint64_t> names;
  std::optional<std::uint64_t> soname;
  std::uint64_t strings = 0;
  for (std::uint64_t at = 0; at + sizeof(Elf64_Dyn) <= dynamic.p_filesz; at += sizeof(Elf64_Dyn)) {
    const auto entry = image.read<Elf64_Dyn>(dynamic.p_offset + at);
    if (entry.d_tag == DT_NULL) break;
    if (entry.d_tag == DT_NEEDED) names.push_back(entry.d_un.d_val);
    if (entry.d_tag == DT_SONAME) soname = entry.d_un.d_val;
    if (entry.d_tag == DT_STRTAB) strings = file_offset(segments, entry.d_un.d_ptr);
  }
  for (const std::uint64_t name : names) info.needed.push_back(image.text(strings + name));
  if (soname) info.soname = image.text(strings + *soname);
}

}  // namespace

ElfInfo read_elf(const std::filesystem::path& file) {
  const Image image(file);
  const auto magic = image.slice(0, SELFMAG);
  if (magic != ELFMAG) throw Error("is no shared library (no ELF header)");
  const auto header = image.read<Elf64_Ehdr>(0);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB ||
      header.e_type != ET_DYN)
    throw Error("is no 64-bit shared library");
  if (header.e_phentsize != sizeof(Elf64_Phdr))
    throw Error("has an ELF header that makes no sense");
  image.slice(header.e_shoff, std::uint64_t(header.e_shnum) * header.e_shentsize);

  std::vector<Elf64_Phdr> segments;
  for (int i = 0; i < header.e_phnum; ++i)
    segments.push_back(image.read<Elf64_Phdr>(header.e_phoff + i * sizeof(Elf64_Phdr)));
  ElfInfo info;
  for (const Elf64_Phdr& segment : segments) {
    image.slice(segment.p_offset, segment.p_filesz);
    if (segment.p_type == PT_NOTE && info.build_id.empty())
      info.build_id = find_build_id(image, segment);
    if (segment.p_type == PT_DYNAMIC) read_names(image, segments, segment, info);
  }
  image.require_no_fault();
  return info;
}

}  // namespace pipeline::plan
