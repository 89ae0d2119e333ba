#include "cache/mapped_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <system_error>

#include "cache/files.h"

namespace pipeline::cache {
namespace fs = std::filesystem;

/// What the signal's handler must know of a mapping.
struct MappedFile::Slot {
  static constexpr std::size_t kNowhere = std::size_t(-1);
  std::atomic<std::byte*> begin{nullptr};  ///< null while nobody uses the slot
  std::atomic<std::size_t> size{0};
  std::atomic<std::size_t> fault{kNowhere};  ///< the first byte that could not be had
  const MappedFile* file = nullptr;
  Slot* next = nullptr;
};

/// All mappings of this process. Slots are used again but never freed, so that a handler may go
/// through them while others come and go.
class MappedFile::Slots {
 public:
  static Slots& get() {
    static Slots* slots = new Slots;  // for ever: a handler may come when all else has gone
    return *slots;
  }

  Slot* add(const MappedFile* file, std::byte* begin, std::size_t size) {
    const std::lock_guard guard(mutex_);
    Slot* slot = first_.load();
    while (slot && slot->begin.load()) slot = slot->next;
    if (!slot) {
      slot = new Slot;
      slot->next = first_.load();
      first_.store(slot);
    }
    slot->file = file;
    slot->size.store(size);
    slot->fault.store(Slot::kNowhere);
    slot->begin.store(begin);
    return slot;
  }

  void remove(Slot* slot) {
    const std::lock_guard guard(mutex_);
    slot->begin.store(nullptr);
  }

  std::optional<std::string> fault_at(const void* bytes) {
    const std::lock_guard guard(mutex_);
    const Slot* slot = find(bytes);
    const auto fault = slot ? slot->file->fault() : std::nullopt;
    if (!fault) return std::nullopt;
    return fmt::format("'{}' {}", slot->file->path_.string(), *fault);
  }

 private:
  Slots() {
    struct sigaction action {};
    action.sa_sigaction = [](int number, siginfo_t* info, void* context) {
      get().on_bus_error(number, info, context);
    };
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigaction(SIGBUS, &action, &previous_);
  }

  Slot* find(const void* bytes) const {
    const auto* address = static_cast<const std::byte*>(bytes);
    for (Slot* slot = first_.load(); slot; slot = slot->next) {
      const std::byte* begin = slot->begin.load();
      if (begin && address >= begin && address < begin + slot->size.load()) return slot;
    }
    return nullptr;
  }

  // si_code is positive where the kernel says that a read failed, and not another process.
  void on_bus_error(int number, siginfo_t* info, void* context) {
    Slot* slot = info->si_code > 0 ? find(info->si_addr) : nullptr;
    if (!slot || !replace_by_zeros(*slot, info->si_addr)) pass_on(number, info, context);
  }

  // The fault is noted before anybody can read a zero. The whole mapping goes at once: a fault for
  // each page would cut it into more pieces than a process may have.
  static bool replace_by_zeros(Slot& slot, void* address) {
    const int number = errno;
    std::byte* begin = slot.begin.load();
    slot.fault.store(std::size_t(static_cast<std::byte*>(address) - begin));
    const bool replaced =
        mmap(begin, slot.size.load(), PROT_READ,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) != MAP_FAILED;
    errno = number;
    return replaced;
  }

  // To whoever was asked before. By default the process ends: where it is, with the faulty access
  // made once more, so that a core file shows that.
  void pass_on(int number, siginfo_t* info, void* context) const {
    if (previous_.sa_flags & SA_SIGINFO) return previous_.sa_sigaction(number, info, context);
    if (previous_.sa_handler != SIG_DFL && previous_.sa_handler != SIG_IGN)
      return previous_.sa_handler(number);
    if (previous_.sa_handler == SIG_IGN && info->si_code <= 0) return;
    signal(SIGBUS, SIG_DFL);
    if (info->si_code <= 0) raise(SIGBUS);
  }

  std::mutex mutex_;
  std::atomic<Slot*> first_{nullptr};
  struct sigaction previous_ {};
};

std::shared_ptr<const MappedFile> MappedFile::open(const fs::path& path) {
  const PlainFile plain = open_plain(path);
  if (!plain.fd) return nullptr;
  std::shared_ptr<MappedFile> file(new MappedFile(path));
  if (plain.size == 0) return file;
  void* data = mmap(nullptr, plain.size, PROT_READ, MAP_SHARED, plain.fd.get(), 0);
  if (data == MAP_FAILED) throw_read_error(path, errno);
  file->inode_ = plain.inode;
  file->data_ = static_cast<const std::byte*>(data);
  file->size_ = plain.size;
  file->slot_ = Slots::get().add(file.get(), static_cast<std::byte*>(data), file->size_);
  return file;
}

MappedFile::~MappedFile() {
  if (slot_) Slots::get().remove(slot_);
  if (data_) munmap(const_cast<std::byte*>(data_), size_);
}

// The signal comes without a reason: the system tells one where the bytes are read once more.
std::optional<std::string> MappedFile::fault() const {
  // Of a cut within the last page no signal tells: its bytes are zeros.
  struct stat status {};
  if (size_ > 0 && stat(path_.c_str(), &status) == 0 && status.st_ino == inode_ &&
      std::size_t(status.st_size) < size_)
    return fmt::format("was cut while it was read: it has {} bytes, expected {}", status.st_size,
                       size_);
  const std::size_t place = slot_ ? slot_->fault.load() : Slot::kNowhere;
  if (place == Slot::kNowhere) return std::nullopt;
  const FileDescriptor fd = open_file(path_, O_RDONLY | O_NONBLOCK);
  char byte;
  // That this process cannot open it once more is not why the disk gave nothing.
  const bool told = fd ? pread(fd.get(), &byte, 1, off_t(place)) < 0 : errno == ESTALE;
  return fmt::format("cannot be read at byte {}: {}", place,
                     std::generic_category().message(told ? errno : EIO));
}

std::optional<std::string> MappedFile::fault_at(const void* bytes) {
  return Slots::get().fault_at(bytes);
}

}  // namespace pipeline::cache
