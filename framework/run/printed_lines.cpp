#include "run/printed_lines.h"

#include <fmt/format.h>

#include <utility>

#include "pipeline/printable.h"
#include "pipeline/utf8.h"

namespace pipeline::run {
namespace {

constexpr std::size_t kLongest = 4096;

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
  std::string text = printable_lines(line_);
  if (left_out_ > 0) text += fmt::format("… ({} bytes more)", left_out_);
  line_.clear();
  left_out_ = 0;
  returned_ = false;
  sink(text);
}

}  // namespace pipeline::run
