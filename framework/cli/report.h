#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "cli/output.h"
#include "run/observer.h"

namespace pipeline::cli {

/// How `pipeline run` shows a run: a bar a running stage on a terminal, plain lines elsewhere, or a
/// JSON object a line.
std::unique_ptr<run::Observer> make_terminal_report(Output& output);
std::unique_ptr<run::Observer> make_line_report(Output& output);
std::unique_ptr<run::Observer> make_json_report(Output& output);

/// What stands in the place of events, or of lines, that were left out since nobody read them.
std::string left_out_event(std::size_t events);
std::string left_out_lines(std::size_t lines);

/// "a", "a or b", "a, b or 3 others": who may have printed a line.
std::string one_of(const std::vector<std::string>& stages);

/// What stands below a run: failures with the tail of their logs, scalars, counts, exports.
std::string summary_of(const run::RunResult& result);

/// "0.4 s", "3 min 12 s", "2 h 05 min".
std::string duration(double seconds);

/// What a stage said, as a report shows it behind the stage's name: nothing in it moves the
/// terminal, and further lines stand indented, so that none passes for one of the report's own.
std::string said(std::string_view text);

/// "loss 0.3312  val_loss 0.3401"
std::string figures_text(const std::vector<std::pair<std::string, double>>& figures);

}  // namespace pipeline::cli
