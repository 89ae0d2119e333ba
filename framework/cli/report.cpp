#include "cli/report.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/start_folder.h"
#include "pipeline/printable.h"

namespace pipeline::cli {

using run::State;

std::string left_out_lines(std::size_t lines) {
  return fmt::format("({} line{} left out, since nobody read in time)\n", lines,
                     lines == 1 ? "" : "s");
}

std::string one_of(const std::vector<std::string>& stages) {
  constexpr std::size_t kNamed = 3;
  if (stages.empty()) return "pipeline";
  std::string text = stages[0];
  for (std::size_t i = 1; i < std::min(stages.size(), kNamed); ++i)
    text += (i + 1 == stages.size() ? " or " : ", ") + stages[i];
  if (stages.size() > kNamed)
    text += fmt::format(" or {} other{}", stages.size() - kNamed,
                        stages.size() == kNamed + 1 ? "" : "s");
  return text;
}

std::string duration(double seconds) {
  if (seconds < 1) return fmt::format("{:.2f} s", seconds);
  if (seconds < 59.95) return fmt::format("{:.1f} s", seconds);
  const long whole = long(seconds + 0.5);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

std::string said(std::string_view text) {
  std::string shown;
  for (const char c : printable_lines(text)) {
    shown += c;
    if (c == '\n') shown += "  ";
  }
  return shown;
}

std::string figures_text(const std::vector<std::pair<std::string, double>>& figures) {
  std::string text;
  for (const auto& [name, value] : figures)
    text += fmt::format("{}{} {:.5g}", text.empty() ? "" : "  ", printable(name), value);
  return text;
}

std::string summary_of(const run::RunResult& result) {
  std::string text;
  for (const run::StageResult& stage : result.stages) {
    if (stage.state != State::failed) continue;
    text += fmt::format("\nerror: stage '{}': {}\n", stage.stage, said(stage.message));
    if (!stage.log.empty()) text += "  the end of its log:\n";
    for (const std::string& line : stage.log) text += fmt::format("    {}\n", said(line));
  }
  for (const std::string& problem : result.problems)
    text += fmt::format("\nerror: {}\n", said(problem));
  if (!result.metrics.empty()) {
    std::size_t width = 0;
    for (const auto& [name, value] : result.metrics)
      width = std::max(width, columns_of(printable(name)));
    text += "\n";
    for (const auto& [name, value] : result.metrics) {
      const std::string shown = printable(name);
      text += fmt::format(
          "{}{}  {}\n", shown, std::string(width - columns_of(shown), ' '),
          value.is_int() ? std::to_string(value.as_int()) : fmt::format("{:.6g}", value.as_real()));
    }
  }
  text += fmt::format("\n{} ran, {} cached", result.count(State::ran), result.count(State::cached));
  for (const State state : {State::failed, State::skipped, State::interrupted})
    if (const int n = result.count(state)) text += fmt::format(", {} {}", n, name(state));
  text += fmt::format(" in {}\n", duration(result.seconds));
  if (result.interrupted) text += "interrupted; the same command goes on with what has finished\n";
  if (!result.exports.empty())
    text += fmt::format("figures and texts: {}\n", printable(result.exports.string()));
  return as_written(text);
}

}  // namespace pipeline::cli
