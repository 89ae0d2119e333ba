#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/workspace.h"
#include "run/scheduler.h"

namespace pipeline::cli {
namespace {

const std::vector<Option> kOptions = {
    kCache,
    {"out", "DIR", "where exports go (default: runs/<pipeline>)"},
    {"jobs", "N", "stages at once, and threads inside one (default: the machine's)"},
    {"keep-going", "", "after a failure run all that does not depend on it (the default)"},
    {"fail-fast", "", "after a failure start nothing more"},
    {"json", "", "one event a line, for scripts"},
};

constexpr int kMostJobs = 1024;
int hardware_threads() {
  return std::clamp(int(std::thread::hardware_concurrency()), 1, kMostJobs);
}

}  // namespace

int run_command(const std::vector<std::string>& given) {
  const Arguments arguments("run", given, kOptions);
  if (arguments.wants_help()) return kDone;
  run::RunOptions options;
  options.jobs = arguments.get_int("jobs", hardware_threads(), 1, kMostJobs);
  options.fail_fast = arguments.has("fail-fast");
  if (options.fail_fast && arguments.has("keep-going"))
    throw Error("--keep-going and --fail-fast contradict each other; give one of them");

  Workspace workspace(arguments);
  options.out = arguments.get("out", "runs/" + workspace.pipeline.config.name);
  run::Cancellation cancellation;
  const run::InterruptHandler interrupts(cancellation);
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is an error of a write, not the end
  Output output;
  const auto report = arguments.has("json")   ? make_json_report(output)
                      : isatty(STDOUT_FILENO) ? make_terminal_report(output)
                                              : make_line_report(output);
  const run::RunResult result =
      run::run(workspace.pipeline, workspace.store, options, cancellation, *report);
  if (output.failed())
    std::fputs("error: cannot write to standard output; the run went on without it\n", stderr);
  if (result.interrupted) return kInterrupted;
  if (output.failed()) return kStageFailed;
  return result.ok() ? kDone : kStageFailed;
}

}  // namespace pipeline::cli
