#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <vector>

#include "cli/report.h"
#include "cli/start_folder.h"
#include "pipeline/printable.h"

namespace pipeline::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Finished stages scroll up; below them stands a bar for each running one, drawn anew in place.
class TerminalReport : public run::Observer {
 public:
  explicit TerminalReport(Output& output) : output_(output) {}
  void run_started(const std::string&, std::size_t stages) override { stages_ = stages; }

  void stage_started(const std::string& stage) override {
    // Again, where an earlier attempt came to nothing.
    std::erase_if(running_, [&](const Running& running) { return running.stage == stage; });
    Running& running = running_.emplace_back();
    running.stage = stage;
    running.started = Clock::now();
    redraw();
  }

  void stage_progress(const std::string& stage, std::int64_t done, std::int64_t total,
                      const std::vector<std::pair<std::string, double>>& figures) override {
    for (Running& running : running_) {
      if (running.stage != stage) continue;
      if (running.first_done < 0) running.first_done = done, running.first_at = Clock::now();
      running.done = done;
      running.total = total;
      running.figures = figures_text(figures);
    }
    constexpr auto kFrame = std::chrono::milliseconds(80);
    if (Clock::now() - drawn_ > kFrame) redraw();
  }

  void stage_log(const std::string& stage, const std::string& line) override {
    above(fmt::format("\033[2m{}: {}\033[0m", stage, said(line)), Output::Worth::log);
  }

  void printed(const std::vector<std::string>& stages, const std::string& line) override {
    stage_log(one_of(stages), line);
  }

  void stage_finished(const run::StageResult& result) override {
    finished_.insert(result.stage);  // once, though it may have to run again
    const auto at = std::find_if(running_.begin(), running_.end(),
                                 [&](const Running& r) { return r.stage == result.stage; });
    std::string figures = at == running_.end() ? "" : at->figures;
    if (result.extends) figures += (figures.empty() ? "" : "  ") + text_of(*result.extends);
    if (at != running_.end()) running_.erase(at);
    if (!result.reached) return;  // the end says it of all at once
    switch (result.state) {
      case run::State::ran:
        return above(fmt::format("\033[32m✓\033[0m {:<16} {:>10}  \033[2m{}\033[0m", result.stage,
                                 duration(result.seconds), figures));
      case run::State::cached:
        return above(fmt::format("\033[2m= {:<16} {:>10}\033[0m", result.stage, "cached"));
      case run::State::failed:
        return above(fmt::format("\033[31m✗ {:<16} {:>10}\033[0m  {}", result.stage, "failed",
                                 said(result.message)));
      default:
        return above(fmt::format("\033[33m- {:<16} {:>10}\033[0m  {}", result.stage,
                                 name(result.state), said(result.message)));
    }
  }

  void run_finished(const run::RunResult& result) override {
    output_.show_below({});
    output_.print(summary_of(result));
  }

 private:
  struct Running {
    std::string stage;
    Clock::time_point started = {};
    std::int64_t done = 0, total = 0, first_done = -1;
    Clock::time_point first_at = {};
    std::string figures;
  };

  static std::string bar(const Running& running) {
    constexpr int kCells = 24;
    const double elapsed = std::chrono::duration<double>(Clock::now() - running.started).count();
    if (running.total <= 0)
      return fmt::format("  {:<16} {:>10}  {}", running.stage, duration(elapsed), running.figures);
    const double share = std::clamp(double(running.done) / double(running.total), 0.0, 1.0);
    const int full = int(share * kCells);
    std::string cells;
    for (int i = 0; i < kCells; ++i) cells += i < full ? "█" : "░";
    // The rate counts from the first report, so that a run that goes on from a checkpoint is not
    // taken for a fast one.
    const double since = std::chrono::duration<double>(Clock::now() - running.first_at).count();
    const auto steps = running.done - running.first_done;
    const std::string left =
        steps > 0
            ? fmt::format("{:.3g}/s, {} left", double(steps) / since,
                          duration(double(running.total - running.done) * since / double(steps)))
            : "";
    return fmt::format("  {:<16} {} {}/{}  {}  {}", running.stage, cells, running.done,
                       running.total, left, running.figures);
  }

  void above(const std::string& line, Output::Worth worth = Output::Worth::event) {
    output_.print(as_written(line) + "\n", worth);
    if (worth == Output::Worth::event) redraw();
  }

  void redraw() {
    std::vector<std::string> lines;
    const std::size_t rows = output_.rows();
    const std::size_t bars = std::min(running_.size(), rows > 3 ? rows - 3 : 0);
    for (std::size_t i = 0; i < bars; ++i) lines.push_back(bar(running_[i]));
    const std::size_t hidden = running_.size() - bars;
    lines.push_back(fmt::format("  {}/{} stages{}", finished_.size(), stages_,
                                hidden > 0 ? fmt::format(", {} more running", hidden) : ""));
    drawn_ = Clock::now();
    output_.show_below(std::move(lines));
  }

  Output& output_;
  std::vector<Running> running_;
  std::set<std::string> finished_;
  std::size_t stages_ = 0;
  Clock::time_point drawn_ = {};
};

}  // namespace

std::unique_ptr<run::Observer> make_terminal_report(Output& output) {
  return std::make_unique<TerminalReport>(output);
}

}  // namespace pipeline::cli
