#pragma once
#include <string>
#include <vector>

namespace pipeline::cli {

/// Exit statuses of every command.
enum Exit : int {
  kDone = 0,
  kStageFailed = 1,    ///< or what there was to tell or to export could not be written
  kWrongInput = 2,     ///< nothing ran
  kInterrupted = 128,  ///< and the signal's number: 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP
};

/// One word after `pipeline`. `run` gets what follows the name and returns an Exit; what it throws
/// is printed by main, which then returns kWrongInput.
struct Command {
  const char* name;
  const char* usage;    ///< "FILE [key=value ...]"
  const char* summary;  ///< one line for `pipeline --help`
  int (*run)(const std::vector<std::string>& arguments);
};

/// Each in a file of its own, <name>_command.cpp.
int run_command(const std::vector<std::string>& arguments);
int plan_command(const std::vector<std::string>& arguments);
int status_command(const std::vector<std::string>& arguments);
int why_command(const std::vector<std::string>& arguments);
int graph_command(const std::vector<std::string>& arguments);
int plugins_command(const std::vector<std::string>& arguments);
int describe_command(const std::vector<std::string>& arguments);
int schema_command(const std::vector<std::string>& arguments);
int cache_command(const std::vector<std::string>& arguments);

inline constexpr Command kCommands[] = {
    {"run", "FILE [key=value ...]", "run what is not in the cache", run_command},
    {"plan", "FILE [key=value ...]", "what would run, why, and how long it took last",
     plan_command},
    {"status", "FILE [key=value ...]", "which results are there and since when", status_command},
    {"why", "FILE STAGE [key=value ...]", "what changed since a stage last ran, field by field",
     why_command},
    {"graph", "FILE [key=value ...]", "draw the stages and what they hand on", graph_command},
    {"describe", "[COMPONENT]", "a component's parameters and ports, or all components",
     describe_command},
    {"plugins", "", "the plugins found, and what keeps one from loading", plugins_command},
    {"schema", "", "a JSON Schema of pipeline files, for editors", schema_command},
    {"cache", "ls|verify|gc|pin|unpin [...]", "list, check and clear the cache", cache_command},
};

}  // namespace pipeline::cli
