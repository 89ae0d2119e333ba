#include <fmt/format.h>

#include <chrono>
#include <map>

#include "cli/report.h"
#include "cli/start_folder.h"

namespace pipeline::cli {
namespace {

using Clock = std::chrono::steady_clock;

class LineReport : public run::Observer {
 public:
  explicit LineReport(Output& output) : output_(output) {}
  void stage_started(const std::string& stage) override {
    print("{}: started\n", stage);
    last_[stage] = Clock::now();
  }
  // A log file is no place for a line an epoch: one now and then shows that it goes on.
  void stage_progress(const std::string& stage, std::int64_t done, std::int64_t total,
                      const std::vector<std::pair<std::string, double>>& figures) override {
    constexpr auto kInterval = std::chrono::seconds(5);
    if (Clock::now() - last_[stage] < kInterval) return;
    last_[stage] = Clock::now();
    const std::string of = total > 0 ? fmt::format("/{}", total) : "";
    output_.print(fmt::format("{}: {}{}  {}\n", stage, done, of, figures_text(figures)),
                  Output::Worth::progress);
  }
  void stage_log(const std::string& stage, const std::string& line) override {
    output_.print(as_written(fmt::format("{}: {}\n", stage, said(line))), Output::Worth::log);
  }
  void printed(const std::vector<std::string>& stages, const std::string& line) override {
    stage_log(one_of(stages), line);
  }
  void stage_finished(const run::StageResult& result) override {
    if (!result.reached) return;  // the end says it of all at once
    switch (result.state) {
      case run::State::ran:
        return print("{}: ran in {}{}\n", result.stage, duration(result.seconds),
                     result.extends ? "; " + text_of(*result.extends) : "");
      case run::State::failed:
        return print("{}: FAILED after {}: {}\n", result.stage, duration(result.seconds),
                     said(result.message));
      case run::State::skipped:
        return print("{}: skipped: {}\n", result.stage, said(result.message));
      default: return print("{}: {}\n", result.stage, name(result.state));
    }
  }
  void run_finished(const run::RunResult& result) override { print("{}", summary_of(result)); }

 private:
  template <class... Args>
  void print(fmt::format_string<Args...> format, Args&&... args) {
    output_.print(as_written(fmt::format(format, std::forward<Args>(args)...)));
  }
  Output& output_;
  std::map<std::string, Clock::time_point> last_;
};

}  // namespace

std::unique_ptr<run::Observer> make_line_report(Output& output) {
  return std::make_unique<LineReport>(output);
}

}  // namespace pipeline::cli
