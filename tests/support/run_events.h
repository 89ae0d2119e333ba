#pragma once
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "pipeline/value.h"
#include "support/process.h"

namespace pipeline::testing {

/// What `pipeline run … --json` printed.
struct RunEvents {
  int status = 0;
  std::vector<Value> events;
  std::string err;

  /// The last event stage_finished of a stage; null if there is none.
  Value finished(const std::string& stage) const {
    Value last;
    for (const Value& event : events)
      if (event.get("event") == Value("stage_finished") && event.at("stage") == Value(stage))
        last = event;
    return last;
  }
  /// "ran", "cached", …; "" if nothing was told of the stage.
  std::string state(const std::string& stage) const {
    const Value event = finished(stage);
    return event.is_null() ? "" : event.at("state").as_string();
  }
  int count(const char* state) const {
    return events.empty() ? -1 : int(events.back().get(state).as_int());
  }
  /// By stage.
  std::map<std::string, std::string> values(const char* field) const {
    std::map<std::string, std::string> values;
    for (const Value& event : events)
      if (event.get("event") == Value("stage_finished"))
        values[event.at("stage").as_string()] = event.at(field).as_string();
    return values;
  }
};

/// A last line that was cut short by a kill is left out.
inline RunEvents parse_events(int status, const std::string& out, const std::string& err) {
  RunEvents run{status, {}, err};
  std::istringstream lines(out.substr(0, out.rfind('\n') + 1));
  for (std::string line; std::getline(lines, line);) run.events.push_back(Value::parse_json(line));
  return run;
}

inline RunEvents run_with_events(std::vector<std::string> words,
                                 const std::filesystem::path& folder,
                                 const std::map<std::string, std::string>& environment = {}) {
  words.insert(words.begin(), {pipeline_binary(), "run"});
  words.push_back("--json");
  const Ran ran = run_program(words, folder, environment);
  return parse_events(ran.status, ran.out, ran.err);
}

}  // namespace pipeline::testing
