#include "cache/io_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>

namespace pipeline::cache {
namespace fs = std::filesystem;
namespace {

// Whatever was to be done.
std::string_view advice(int number) {
  switch (number) {
    case EMFILE: return "; let programs have more files open (ulimit -n), or use fewer --jobs";
    case ENFILE: return "; too many files are open on this machine: end what keeps them open";
    case EIO:
    case EUCLEAN:
    case EBADMSG:
    case ENODATA: return "; its disk may be failing: see what `dmesg` says of it";
    case ESTALE: return "; the server has another folder there by now: mount it anew";
    case ENAMETOOLONG: return "; name a folder with a shorter path";
    case ENOTDIR: return "; expected folders on the way to it, found a file";
    default: return "";
  }
}

std::string_view advice_on_reading(int number) {
  switch (number) {
    case EACCES:
    case EPERM: return "; have its owner let you read it";
    case ELOOP: return "; the links on its way lead in a circle";
    default: return advice(number);
  }
}

std::string_view advice_on_writing(int number) {
  switch (number) {
    case ENOSPC:
    case EDQUOT: return "; free some space (`pipeline cache gc`), or name another cache folder";
    case EFBIG: return "; files may not become so large here (ulimit -f)";
    case EACCES:
    case EPERM:
    case EROFS: return "; name a folder that you may write to";
    case EXDEV: return "; keep the whole cache on one file system";
    case EISDIR:
    case ELOOP:
    case ENXIO: return "; expected a file there";
    case EBADF: return "; files can be locked here by those alone who may write to them";
    case ENOLCK:
    case EOPNOTSUPP: return "; name a folder on a file system that has locks";
    default: return advice(number);
  }
}

std::string_view advice_on_removing(int number) {
  switch (number) {
    case EACCES:
    case EPERM: return "; have its owner remove it";
    case EROFS: return "; mount its file system for writing";
    case EBUSY: return "; end what has it in use";
    case ENOSPC:
    case EDQUOT: return "; free some space elsewhere on its disk";
    default: return advice(number);
  }
}

std::string problem(std::string_view what, const fs::path& path, int number) {
  return fmt::format("cannot {} '{}': {}", what, path.string(),
                     std::generic_category().message(number));
}

[[noreturn]] void throw_change_error(const std::string& text, int number) {
  if (number == EACCES || number == EPERM || number == EROFS) throw Unwritable(text);
  throw Error(text);
}

}  // namespace

Unreadable::Unreadable(std::string problem, std::string_view advice)
    : Error(problem + std::string(advice)), problem_(std::move(problem)) {}

void throw_io_error(std::string_view what, const fs::path& path, int number) {
  throw_change_error(problem(what, path, number).append(advice_on_writing(number)), number);
}

void throw_remove_error(const fs::path& path, int number) {
  throw_change_error(problem("remove", path, number).append(advice_on_removing(number)), number);
}

void throw_read_error(const fs::path& path, int number, std::string_view what) {
  constexpr int kOfTheFile[] = {EIO,    EACCES,  EPERM,   ELOOP,   ENXIO,  ENODEV,
                                EISDIR, EUCLEAN, EBADMSG, ENODATA, ESTALE, EOVERFLOW};
  const std::string text = problem(what, path, number);
  const std::string_view advice = advice_on_reading(number);
  if (std::count(std::begin(kOfTheFile), std::end(kOfTheFile), number) > 0)
    throw Unreadable(text, advice);
  throw Error(text + std::string(advice));
}

}  // namespace pipeline::cache
