#include "cli/report.h"
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
           {"figures", std::move(shown)}});
  }
  void stage_log(const std::string& stage, const std::string& line) override {
    print({{"event", "stage_log"}, {"stage", stage}, {"line", line}});
  }
  void stage_finished(const run::StageResult& result) override {
    Value::Map event = {{"event", "stage_finished"},
                        {"stage", result.stage},
                        {"state", std::string(name(result.state))},
                        {"seconds", result.seconds},
                        {"key", result.key},
                        {"output", result.output.string()}};
    if (!result.message.empty()) event["message"] = result.message;
    print(std::move(event));
  }
  void run_finished(const run::RunResult& result) override {
    Value::Map metrics;
    for (const auto& [name, value] : result.metrics) metrics[name] = value;
    print({{"event", "run_finished"},
           {"ok", result.ok()},
           {"ran", result.count(run::State::ran)},
           {"cached", result.count(run::State::cached)},
           {"failed", result.count(run::State::failed)},
           {"skipped", result.count(run::State::skipped)},
           {"interrupted", result.interrupted},
           {"seconds", result.seconds},
           {"problems", Value::List(result.problems.begin(), result.problems.end())},
           {"metrics", std::move(metrics)},
           {"exports", result.exports.string()}});
  }

 private:
  void print(Value::Map event) { output_.print(Value(std::move(event)).to_json() + "\n"); }

  Output& output_;
};

}  // namespace

std::unique_ptr<run::Observer> make_json_report(Output& output) {
  return std::make_unique<JsonReport>(output);
}

}  // namespace pipeline::cli
