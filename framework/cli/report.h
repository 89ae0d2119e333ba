#pragma once
#include <memory>
#include <string>

#include "run/observer.h"

namespace pipeline::cli {

/// How `pipeline run` shows a run: a bar a running stage on a terminal, plain lines elsewhere, or a
/// JSON object a line.
std::unique_ptr<run::Observer> make_terminal_report();
std::unique_ptr<run::Observer> make_line_report();
std::unique_ptr<run::Observer> make_json_report();

/// What stands below a run: failures with the tail of their logs, scalars, counts, exports.
std::string summary_of(const run::RunResult& result);

/// "0.4 s", "3 min 12 s", "2 h 05 min".
std::string duration(double seconds);

/// "loss 0.3312  val_loss 0.3401"
std::string figures_text(const std::vector<std::pair<std::string, double>>& figures);

}  // namespace pipeline::cli
