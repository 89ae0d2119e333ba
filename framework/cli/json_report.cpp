#include "cli/report.h"
#include "cli/start_folder.h"
#include "pipeline/printable.h"
#include "pipeline/value.h"

namespace pipeline::cli {
namespace {

class JsonReport : public run::Observer {
 public:
  explicit JsonReport(Output& output) : output_(output) {}
  void run_started(const std::string& pipeline, std::size_t stages) override {
    print({{"event", "run_started"}, {"pipeline", pipeline}, {"stages", std::int64_t(stages)}});
  }
  void stage_started(const std::string& stage) override {
    print({{"event", "stage_started"}, {"stage", stage}});
  }
  void stage_progress(const std::string& stage, std::int64_t done, std::int64_t total,
                      const std::vector<std::pair<std::string, double>>& figures) override {
    Value::Map shown;
    for (const auto& [name, value] : figures) shown[name] = value;
    print({{"event", "stage_progress"},
           {"stage", stage},
           {"done", done},
           {"total", total},
           {"figures", std::move(shown)}},
          Output::Worth::progress);
  }
  void stage_log(const std::string& stage, const std::string& line) override {
    print({{"event", "stage_log"}, {"stage", stage}, {"line", line}}, Output::Worth::log);
  }
  void printed(const std::vector<std::string>& stages, const std::string& line) override {
    print({{"event", "printed"},
           {"stages", Value::List(stages.begin(), stages.end())},
           {"line", line}},
          Output::Worth::log);
  }
  void stage_finished(const run::StageResult& result) override {
    Value::Map event = {{"event", "stage_finished"},
                        {"stage", result.stage},
                        {"state", std::string(name(result.state))},
                        {"seconds", result.seconds},
                        {"key", result.key},
                        {"output", as_written(result.output.string())}};
    if (result.extends) event["extends"] = to_value(*result.extends);
    if (!result.message.empty()) event["message"] = as_written(result.message);
    print(std::move(event));
  }
  void run_finished(const run::RunResult& result) override {
    Value::Map metrics;
    for (const auto& [name, value] : result.metrics) metrics[name] = value;
    Value::List problems;
    for (const std::string& problem : result.problems) problems.push_back(as_written(problem));
    print({{"event", "run_finished"},
           {"ok", result.ok()},
           {"ran", result.count(run::State::ran)},
           {"cached", result.count(run::State::cached)},
           {"failed", result.count(run::State::failed)},
           {"skipped", result.count(run::State::skipped)},
           {"interrupted", result.interrupted},
           {"seconds", result.seconds},
           {"problems", std::move(problems)},
           {"metrics", std::move(metrics)},
           {"exports", as_written(result.exports.string())}});
    ended_ = true;
  }

 private:
  // run_finished is the last event, whatever a thread that a stage left behind may print.
  void print(Value::Map event, Output::Worth worth = Output::Worth::event) {
    if (!ended_) output_.print(printable_json(Value(std::move(event)).to_json()) + "\n", worth);
  }

  Output& output_;
  bool ended_ = false;
};

}  // namespace

std::string left_out_event(std::size_t events) {
  return Value(Value::Map{{"event", "left_out"}, {"events", std::int64_t(events)}}).to_json() +
         "\n";
}

std::unique_ptr<run::Observer> make_json_report(Output& output) {
  return std::make_unique<JsonReport>(output);
}

}  // namespace pipeline::cli
