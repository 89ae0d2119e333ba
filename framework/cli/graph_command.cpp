#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "cli/command.h"
#include "cli/print.h"
#include "cli/workspace.h"
#include "plan/plan.h"

namespace pipeline::cli {
namespace {

using plan::CheckedPipeline;
using plan::CheckedStage;
using plan::Decision;

/// The ports that one stage reads from another: "x_train, x_test".
std::string ports_between(const CheckedStage& consumer, std::size_t producer) {
  std::set<std::string> ports;
  for (const CheckedStage::Wire& wire : consumer.inputs)
    if (wire.producer == producer) ports.insert(wire.output);
  return fmt::format("{}", fmt::join(ports, ", "));
}

std::set<std::size_t> producers_of(const CheckedStage& stage) {
  std::set<std::size_t> producers;
  for (const CheckedStage::Wire& wire : stage.inputs) producers.insert(wire.producer);
  return producers;
}

// Each stage stands once, under the producer that comes last; the others are named beside it.
void print_ascii(const CheckedPipeline& pipeline, const std::vector<plan::StagePlan>& plans) {
  std::vector<std::vector<std::size_t>> children(pipeline.stages.size());
  std::vector<std::pair<std::size_t, std::string>> stack;
  for (std::size_t i = pipeline.stages.size(); i-- > 0;) {
    const auto producers = producers_of(pipeline.stages[i]);
    if (producers.empty()) stack.emplace_back(i, "");
    else children[*producers.rbegin()].push_back(i);
  }
  std::vector<std::string> branch(pipeline.stages.size());
  while (!stack.empty()) {
    const auto [i, indent] = stack.back();
    stack.pop_back();
    const CheckedStage& stage = pipeline.stages[i];
    std::vector<std::string> also;
    for (const std::size_t producer : producers_of(stage))
      if (producer != *producers_of(stage).rbegin())
        also.push_back(pipeline.stages[producer].name());
    fmt::print("{}{}{} ({}){}{}\n", indent, branch[i], printable(stage.name()),
               printable(stage.config->use), also.empty() ? "" : "  + " + listed(also),
               plans[i].decision == Decision::cached ? "  [cached]" : "");
    const std::string deeper = indent + (branch[i].empty()    ? ""
                                         : branch[i] == "└─ " ? "   "
                                                              : "│  ");
    // children[i] is in falling order, as a stack wants it: the first printed is pushed last.
    for (std::size_t k = 0; k < children[i].size(); ++k) {
      branch[children[i][k]] = k == 0 ? "└─ " : "├─ ";
      stack.emplace_back(children[i][k], deeper);
    }
  }
}

/// A quoted string of dot with this text, which takes no line break or escape for its own.
std::string dot_text(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : printable_lines(text)) {
    if (c == '"' || c == '\\') quoted += '\\';
    if (c == '\n') quoted += "\\n";
    else quoted += c;
  }
  return quoted + "\"";
}

/// Mermaid's labels are HTML, in which `#` begins an entity, too.
std::string mermaid_text(const std::string& text) {
  std::string shown;
  for (const char c : printable(text))
    if (std::string_view("\"#&<>|`[]{}").find(c) != std::string_view::npos)
      shown += fmt::format("#{};", int(c));
    else shown += c;
  return shown;
}

void print_dot(const CheckedPipeline& pipeline, const std::vector<plan::StagePlan>& plans) {
  fmt::print("digraph {} {{\n  node [shape=box, style=\"rounded,filled\", fillcolor=white];\n",
             dot_text(pipeline.config.name));
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const CheckedStage& stage = pipeline.stages[i];
    fmt::print("  {} [label={}{}];\n", dot_text(stage.name()),
               dot_text(stage.name() + "\n" + stage.config->use),
               plans[i].decision == Decision::cached ? ", fillcolor=lightgrey" : "");
    for (const std::size_t producer : producers_of(stage))
      fmt::print("  {} -> {} [label={}];\n", dot_text(pipeline.stages[producer].name()),
                 dot_text(stage.name()), dot_text(ports_between(stage, producer)));
  }
  fmt::print("}}\n");
}

void print_mermaid(const CheckedPipeline& pipeline, const std::vector<plan::StagePlan>& plans) {
  fmt::print("flowchart TD\n");
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const CheckedStage& stage = pipeline.stages[i];
    fmt::print("  s{}[\"{}<br/>{}\"]{}\n", i, mermaid_text(stage.name()),
               mermaid_text(stage.config->use),
               plans[i].decision == Decision::cached ? ":::cached" : "");
    for (const std::size_t producer : producers_of(stage))
      fmt::print("  s{} -->|{}| s{}\n", producer, mermaid_text(ports_between(stage, producer)), i);
  }
  fmt::print("  classDef cached fill:#ddd\n");
}

void print_as_json(const CheckedPipeline& pipeline, const std::vector<plan::StagePlan>& plans) {
  Value::List stages, edges;
  for (std::size_t i = 0; i < pipeline.stages.size(); ++i) {
    const CheckedStage& stage = pipeline.stages[i];
    stages.push_back(Value::Map{{"stage", stage.name()},
                                {"use", stage.config->use},
                                {"action", std::string(name(plans[i].decision))}});
    for (const CheckedStage::Wire& wire : stage.inputs)
      edges.push_back(Value::Map{{"from", pipeline.stages[wire.producer].name()},
                                 {"output", wire.output},
                                 {"to", stage.name()},
                                 {"input", wire.port->info().name}});
  }
  print_json(Value::Map{{"stages", std::move(stages)}, {"edges", std::move(edges)}});
}

}  // namespace

int graph_command(const std::vector<std::string>& given) {
  const Arguments arguments(
      "graph", given, {kCache, {"format", "FORMAT", "ascii (the default), dot or mermaid"}, kJson});
  if (arguments.wants_help()) return kDone;
  const std::string format = arguments.get("format", arguments.has("json") ? "json" : "ascii");
  const std::vector<std::string> formats = {"ascii", "dot", "mermaid", "json"};
  if (std::find(formats.begin(), formats.end(), format) == formats.end())
    throw Error(fmt::format("--format must be one of ascii, dot, mermaid, json, got '{}'{}", format,
                            near_miss(format, formats)));
  Workspace workspace(arguments, cache::Store::Access::read);
  const auto plans = plan::make_plan(workspace.pipeline, workspace.store);
  if (format == "dot") print_dot(workspace.pipeline, plans);
  else if (format == "mermaid") print_mermaid(workspace.pipeline, plans);
  else if (format == "json") print_as_json(workspace.pipeline, plans);
  else print_ascii(workspace.pipeline, plans);
  return kDone;
}

}  // namespace pipeline::cli
