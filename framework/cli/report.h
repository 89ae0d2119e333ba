#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "run/observer.h"

namespace pipeline::cli {

/// Standard output as a run's report writes to it. After the first error it is silent: a run does
/// not end because its reader has gone or a disk is full.
class Output {
 public:
  void print(std::string_view text);
  bool failed() const { return failed_; }

 private:
  bool failed_ = false;
};

/// How `pipeline run` shows a run: a bar a running stage on a terminal, plain lines elsewhere, or a
/// JSON object a line.
std::unique_ptr<run::Observer> make_terminal_report(Output& output);
std::unique_ptr<run::Observer> make_line_report(Output& output);
std::unique_ptr<run::Observer> make_json_report(Output& output);

/// What stands below a run: failures with the tail of their logs, scalars, counts, exports.
std::string summary_of(const run::RunResult& result);

/// "0.4 s", "3 min 12 s", "2 h 05 min".
std::string duration(double seconds);

/// "loss 0.3312  val_loss 0.3401"
std::string figures_text(const std::vector<std::pair<std::string, double>>& figures);

}  // namespace pipeline::cli
