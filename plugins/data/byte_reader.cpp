#include "byte_reader.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "pipeline/error.h"

namespace pipeline::data {
namespace {

namespace fs = std::filesystem;

/// A file of the C library, opened to read.
class File {
 public:
  explicit File(const fs::path& path) : path_(path), handle_(std::fopen(path.c_str(), "rb")) {
    if (!handle_) throw Error(fmt::format("cannot read '{}': {}", path.string(), strerror(errno)));
  }
  ~File() { std::fclose(handle_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  const fs::path& path() const { return path_; }
  std::size_t read(void* out, std::size_t count) {
    const std::size_t got = std::fread(out, 1, count, handle_);
    if (got < count && std::ferror(handle_))
      throw Error(fmt::format("cannot read '{}': {}", path_.string(), strerror(errno)));
    return got;
  }
  bool seek(std::int64_t offset, int origin) { return fseeko(handle_, offset, origin) == 0; }
  std::int64_t position() { return ftello(handle_); }

 private:
  fs::path path_;
  std::FILE* handle_;
};

class PlainReader : public ByteReader {
 public:
  explicit PlainReader(const fs::path& path) : file_(path), size_(fs::file_size(path)) {}
  std::size_t read(void* out, std::size_t count) override { return file_.read(out, count); }
  std::uint64_t skip(std::uint64_t count) override {
    const auto here = std::uint64_t(file_.position());
    count = std::min(count, size_ - std::min(size_, here));
    file_.seek(std::int64_t(here + count), SEEK_SET);
    return count;
  }

 private:
  File file_;
  std::uint64_t size_;
};

class GzipReader : public ByteReader {
 public:
  explicit GzipReader(const fs::path& path) : file_(path), input_(1 << 16) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw std::bad_alloc();
  }
  ~GzipReader() override { inflateEnd(&stream_); }

  std::size_t read(void* out, std::size_t count) override {
    std::size_t got = 0;
    while (got < count && !ended_) {
      const auto wanted = uInt(std::min<std::size_t>(count - got, 1u << 30));
      stream_.next_out = static_cast<Bytef*>(out) + got;
      stream_.avail_out = wanted;
      step();
      got += wanted - stream_.avail_out;
    }
    return got;
  }

  std::uint64_t skip(std::uint64_t count) override {
    std::array<std::byte, 1 << 15> passed;
    std::uint64_t done = 0;
    while (done < count) {
      const std::size_t got =
          read(passed.data(), std::size_t(std::min<std::uint64_t>(passed.size(), count - done)));
      if (got == 0) break;
      done += got;
    }
    return done;
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(fmt::format("the gzip file '{}' {}; get it again", file_.path().string(), why));
  }

  void refill() {
    if (stream_.avail_in > 0) return;
    stream_.next_in = input_.data();
    stream_.avail_in = uInt(file_.read(input_.data(), input_.size()));
  }

  void step() {
    refill();
    if (stream_.avail_in == 0) fail("ends in the middle of its data");
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status == Z_STREAM_END) return end_member();
    if (status != Z_OK && status != Z_BUF_ERROR)
      fail(fmt::format("is damaged ({})", stream_.msg ? stream_.msg : "no deflate data"));
  }

  // Several members one after the other hold their contents one after the other.
  void end_member() {
    refill();
    if (stream_.avail_in == 0) {
      ended_ = true;
      return;
    }
    if (stream_.next_in[0] != 0x1f) fail("goes on with other bytes after its data");
    inflateReset(&stream_);
  }

  File file_;
  std::vector<Bytef> input_;
  z_stream stream_{};
  bool ended_ = false;
};

}  // namespace

bool is_gzip(const fs::path& path) {
  File file(path);
  std::array<unsigned char, 2> magic{};
  return file.read(magic.data(), 2) == 2 && magic[0] == 0x1f && magic[1] == 0x8b;
}

std::unique_ptr<ByteReader> open_bytes(const fs::path& path) {
  if (is_gzip(path)) return std::make_unique<GzipReader>(path);
  return std::make_unique<PlainReader>(path);
}

std::uint64_t claimed_length(const fs::path& path) {
  if (!is_gzip(path)) return fs::file_size(path);
  File file(path);
  std::array<unsigned char, 4> last{};
  if (!file.seek(-4, SEEK_END) || file.read(last.data(), 4) != 4) return 0;
  return last[0] | last[1] << 8 | last[2] << 16 | std::uint64_t(last[3]) << 24;
}

}  // namespace pipeline::data
