#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/command.h"
#include "cli/crash_report.h"
#include "cli/heap.h"
#include "cli/start_folder.h"
#include "config/config.h"
#include "pipeline/error.h"
#include "pipeline/printable.h"

namespace {

using namespace pipeline;
using namespace pipeline::cli;

void print_help() {
  fmt::print(
      "usage: pipeline COMMAND [ARGUMENTS]\n\nRuns experiments that a YAML file describes, and "
      "keeps every result until what it\ndepends on changes.\n\n");
  for (const Command& command : kCommands)
    fmt::print("  {:<10}{}\n", command.name, command.summary);
  fmt::print(
      "\n`pipeline COMMAND --help` tells a command's arguments.\n"
      "Exit status: 0 done; 1 a stage failed, or what there was to tell or to export could not\n"
      "be written; 2 the input is wrong, nothing ran; 130, 143 or 129 interrupted by SIGINT\n"
      "(Ctrl-C), SIGTERM or SIGHUP; 128 and the signal's number where a plugin has crashed the\n"
      "program, or a signal has ended it.\n");
}

int dispatch(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
      arguments[0] == "help") {
    print_help();
    return arguments.empty() ? kWrongInput : kDone;
  }
  if (arguments[0] == "--version") {
    fmt::print("pipeline {}\n", PIPELINE_VERSION);
    return kDone;
  }
  std::vector<std::string> names;
  for (const Command& command : kCommands) {
    if (arguments[0] == command.name) {
      prefer_huge_pages();
      remember_start_folder();
      const CrashReport crashes;
      return command.run({arguments.begin() + 1, arguments.end()});
    }
    names.push_back(command.name);
  }
  throw Error(
      fmt::format("there is no command '{}'{}", arguments[0], suggestion(arguments[0], names)));
}

// Where standard output was closed, the next file to be opened, one of the cache's, would get its
// number and what is printed. This file cannot be written to, so that printing is an error.
void occupy_standard_files() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(fd, F_GETFD) < 0) open("/dev/null", O_RDONLY);
}

// Not by fmt, which throws where nobody reads.
void complain(const std::string& text) { std::fputs(text.c_str(), stderr); }

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_files();
  std::signal(SIGXFSZ, SIG_IGN);  // a limit to files' sizes is an error of a write, not the end
  int status = kWrongInput;
  try {
    status = dispatch({argv + 1, argv + argc});
  } catch (const config::Errors& errors) {  // each has its place before 'error:'
    complain(fmt::format("{}\n", as_written(errors.what())));
  } catch (const std::exception& error) {
    if (!std::ferror(stdout))  // else fmt has thrown for that
      complain(fmt::format("error: {}\n", printable(as_written(error.what()))));
  }
  if (std::fflush(stdout) == 0 && !std::ferror(stdout)) return status;
  complain("error: cannot write to standard output; is the disk full, or its reader gone?\n");
  return kStageFailed;
}
