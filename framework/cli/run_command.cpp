#include <algorithm>
#include <csignal>
#include <cstdio>
#include <thread>

#include "cli/command.h"
#include "cli/crash_report.h"
#include "cli/last_words.h"
#include "cli/report.h"
#include "cli/start_folder.h"
#include "cli/workspace.h"
#include "plan/programs.h"
#include "run/captured_output.h"
#include "run/scheduler.h"
#include "run/serial_observer.h"

namespace pipeline::cli {
namespace {

const std::vector<Option> kOptions = {
    kCache,
    {"out", "DIR", "where exports go (default: runs/<pipeline>)"},
    {"jobs", "N", "stages at once, and threads inside one (default: the machine's)"},
    {"keep-going", "", "after a failure run all that does not depend on it (the default)"},
    {"fail-fast", "", "after a failure start nothing more"},
    {"verify", "",
     "read every byte of what is handed out from the cache, and make damaged results again"},
    kCheckFiles,
    {"json", "", "one event a line, for scripts"},
};

constexpr int kMostJobs = 1024;
int hardware_threads() {
  return std::clamp(int(std::thread::hardware_concurrency()), 1, kMostJobs);
}

/// Runs while what plugins print is captured, and tells of it. The exit status, before it is known
/// whether all could be told; `told` becomes false where that failed.
int run_and_report(const Arguments& arguments, run::RunOptions& options, bool& told) {
  const bool json = arguments.has("json");
  Output output(json ? left_out_event : left_out_lines);
  const auto report = json                   ? make_json_report(output)
                      : output.is_terminal() ? make_terminal_report(output)
                                             : make_line_report(output);
  run::SerialObserver observer(*report);
  const run::CapturedOutput captured(observer, end_for_lost_files);
  const CrashStream crash_stream(output, captured, json);

  Workspace workspace(arguments, cache::Store::Access::write);
  plan::require_programs(workspace.pipeline, workspace.store);
  run::CapturedOutput::require_files();
  CrashReport::watch_exits();
  if (options.out.empty()) options.out = workspace.exports_folder;
  run::Cancellation cancellation;
  const run::InterruptHandler interrupts(cancellation);
  const run::RunResult result =
      run::run(workspace.pipeline, workspace.store, options, cancellation, observer);
  const bool all_written = output.finish(cancellation);
  told = !output.failed();
  if (result.interrupted || !all_written) return kInterrupted + cancellation.signal();
  return result.ok() && told ? kDone : kStageFailed;
}

}  // namespace

int run_command(const std::vector<std::string>& given) {
  const Arguments arguments("run", given, kOptions);
  if (arguments.wants_help()) return kDone;
  run::RunOptions options;
  options.jobs = arguments.get_int("jobs", hardware_threads(), 1, kMostJobs);
  options.fail_fast = arguments.has("fail-fast");
  if (arguments.has("verify")) options.check = run::Check::all;
  if (options.fail_fast && arguments.has("keep-going"))
    throw Error("--keep-going and --fail-fast contradict each other; give one of them");

  if (arguments.has("out")) options.out = from_start(arguments.get("out", ""));
  std::signal(SIGPIPE, SIG_IGN);  // a reader that has gone is an error of a write, not the end
  bool told = true;
  const int status = run_and_report(arguments, options, told);
  if (!told)
    std::fputs("error: cannot write to standard output; the run went on without it\n", stderr);
  return status;
}

}  // namespace pipeline::cli
