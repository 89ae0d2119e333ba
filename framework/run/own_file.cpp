#include "run/own_file.h"

#include <sys/stat.h>

namespace pipeline::run {

OwnFile::OwnFile(int fd) : fd_(fd) {
  struct stat found {};
  if (fstat(fd, &found) != 0) return;
  device_ = found.st_dev;
  inode_ = found.st_ino;
}

bool OwnFile::is(int fd) const {
  struct stat found {};
  return fstat(fd, &found) == 0 && found.st_dev == device_ && found.st_ino == inode_;
}

}  // namespace pipeline::run
