#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace plots {

/// A program to run, without a shell between.
struct Command {
  std::vector<std::string> arguments;       ///< the first is the program, looked for in PATH
  std::vector<std::string_view> files;      ///< file i is readable by the program as file_name(i)
  std::vector<std::string> drop_variables;  ///< prefixes of variables it does not inherit
  std::vector<std::string> variables;       ///< "NAME=value" that it gets instead
  /// 0: none. Time in which this process was stopped itself (Ctrl-Z, a closed laptop) is not
  /// counted: each wait for the program counts for no more than the 50 ms that it takes at most.
  std::chrono::milliseconds time_limit{0};
  std::function<void()> check_cancelled;  ///< called every 50 ms; may throw
  std::function<std::chrono::steady_clock::time_point()> now = std::chrono::steady_clock::now;
};

/// The path under which a program finds Command::files[i]: memory of this process, which needs no
/// folder to write in and leaves nothing behind.
std::string file_name(std::size_t i);

struct Finished {
  enum class How { exited, killed, not_found, timed_out };
  How how = How::exited;
  int code = 0;             ///< the exit status, or the signal that killed it
  std::string out, errors;  ///< all of its standard output; 64 KiB at most of its standard error
};

/// Runs the program to its end. Whatever way this function is left, also by an exception from
/// check_cancelled, the program has ended by then and has been waited for. Error if the system
/// cannot start it for another reason than that there is no such program.
Finished run_command(const Command& command);

}  // namespace plots
