#include "run/printed_lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "pipeline/utf8.h"

namespace pipeline::run {
namespace {

constexpr std::size_t kLongest = 4096;

std::string readable(std::string_view bytes) {
  std::string text;
  while (!bytes.empty()) {
    const std::size_t length = character_length(bytes);
    const auto byte = static_cast<unsigned char>(bytes[0]);
    const bool control = (byte < ' ' && byte != '\t') || byte == 0x7F;
    if (length == 0 || control) text += fmt::format("\\x{:02x}", byte);
    else text += bytes.substr(0, length);
    bytes.remove_prefix(std::max<std::size_t>(1, length));
  }
  return text;
}

}  // namespace

void PrintedLines::add(std::string_view bytes, const Sink& sink) {
  for (const char byte : bytes) {
    if (byte == '\n') {
      finish(sink);
      continue;
    }
    if (byte == '\r') {
      returned_ = true;
      continue;
    }
    if (std::exchange(returned_, false)) line_.clear(), left_out_ = 0;
    // A character is not cut.
    const bool goes_on = left_out_ == 0 && line_.size() < kLongest + 3 && !begins_character(byte);
    if (line_.size() < kLongest || goes_on) line_ += byte;
    else ++left_out_;
  }
}

void PrintedLines::end(const Sink& sink) {
  if (!line_.empty()) finish(sink);
}

void PrintedLines::finish(const Sink& sink) {
  std::string text = readable(line_);
  if (left_out_ > 0) text += fmt::format("… ({} bytes more)", left_out_);
  line_.clear();
  left_out_ = 0;
  returned_ = false;
  sink(text);
}

}  // namespace pipeline::run
