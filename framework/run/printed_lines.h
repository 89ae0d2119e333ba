#pragma once
#include <functional>
#include <string>
#include <string_view>

namespace pipeline::run {

/// Makes printable lines of bytes that come in pieces, whatever they are; tabs stay. As on a
/// terminal a carriage return begins the line anew, so that of a progress bar its last state is
/// left. Of a longer line the first 4096 bytes are kept, with a note.
class PrintedLines {
 public:
  using Sink = std::function<void(const std::string& line)>;
  void add(std::string_view bytes, const Sink& sink);
  /// Hands on a line that has no end yet, if there is one.
  void end(const Sink& sink);

 private:
  void finish(const Sink& sink);

  std::string line_;
  std::size_t left_out_ = 0;  ///< bytes of the line
  bool returned_ = false;     ///< the last byte was a carriage return
};

}  // namespace pipeline::run
