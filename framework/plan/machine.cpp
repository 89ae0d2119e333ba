#include "plan/machine.h"

#include <fstream>
#include <string>

#include "cache/digest.h"
#include "cache/identity.h"

namespace pipeline::plan {
namespace {

/// Of the first processor in /proc/cpuinfo; "" where the system does not tell.
std::string processor_line(const std::string& name) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (const auto colon = line.find(':'); colon != std::string::npos && line.starts_with(name))
      return line.substr(std::min(line.size(), colon + 2));
  return "";
}

std::string system_identity() {
  std::string id;
  std::ifstream("/etc/machine-id") >> id;
  // The identity itself is meant to stay on its machine.
  return id.empty() ? cache::host_name() : cache::digest_of("pipeline " + id).substr(0, 16);
}

}  // namespace

Value machine_identity() {
  static const Value identity = Value::Map{
      {"system", system_identity()},
      {"processor", processor_line("model name")},
      {"abilities",
       cache::digest_of(processor_line("flags") + processor_line("Features")).substr(0, 16)}};
  return identity;
}

}  // namespace pipeline::plan
