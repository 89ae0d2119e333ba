// A plugin that ends the process that loads it, or changes its folder, as FATAL_WHEN_LOADED says.
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

#include "pipeline/plugin.h"

namespace {

const bool loaded = [] {
  const char* how = std::getenv("FATAL_WHEN_LOADED");
  if (how && std::string_view(how) == "exit") std::exit(0);
  if (how && std::string_view(how) == "crash") std::raise(SIGSEGV);
  return !how || std::string_view(how) != "move" || chdir("/") == 0;
}();

}  // namespace

PIPELINE_PLUGIN("fatal_when_loaded", "1.0");
