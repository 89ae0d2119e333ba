#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/command.h"
#include "pipeline/error.h"

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
      "Exit status: 0 done; 1 a stage failed; 2 the input is wrong, nothing ran; 130 "
      "interrupted.\n");
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
    if (arguments[0] == command.name) return command.run({arguments.begin() + 1, arguments.end()});
    names.push_back(command.name);
  }
  throw Error(
      fmt::format("there is no command '{}'{}", arguments[0], suggestion(arguments[0], names)));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const int status = dispatch({argv + 1, argv + argc});
    if (std::fflush(stdout) != 0 || std::ferror(stdout))
      throw Error("cannot write to standard output; is the disk full, or its reader gone?");
    return status;
  } catch (const Error& error) {
    fmt::print(stderr, "error: {}\n", error.what());
  } catch (const std::exception& error) {  // config::Errors say 'error:' themselves
    fmt::print(stderr, "{}\n", error.what());
  }
  return kWrongInput;
}
