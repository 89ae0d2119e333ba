#include "plan/wiring.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <unordered_map>

#include "plan/graph.h"

namespace pipeline::plan {
namespace {

template <class P>
std::vector<std::string> names_of(const std::vector<P*>& ports) {
  std::vector<std::string> names;
  for (const P* port : ports) names.push_back(port->info().name);
  return names;
}

class Wiring {
 public:
  explicit Wiring(Draft& draft) : draft_(draft) {
    for (std::size_t i = 0; i < stages().size(); ++i) index_.emplace(at(i).name(), i);
  }

  void resolve_references() {
    for (std::size_t i = 0; i < stages().size(); ++i) {
      for (const auto& [name, input] : at(i).config->inputs) resolve(i, name, input);
      if (draft_.declared[i]) require_inputs(i);
    }
  }

  void order_stages() {
    auto order = topological_order(successors());
    if (order.empty()) {
      cut_cycles();
      order = topological_order(successors());
    }
    std::vector<std::size_t> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
    std::vector<CheckedStage> sorted;
    std::vector<bool> sound;
    sorted.reserve(order.size());
    for (const std::size_t old : order) {
      sorted.push_back(std::move(at(old)));
      sound.push_back(draft_.sound[old]);
      for (CheckedStage::Wire& wire : sorted.back().inputs) {
        wire.producer = place[wire.producer];
        auto& consumers = sorted[wire.producer].consumers;
        if (consumers.empty() || consumers.back() != sorted.size() - 1)
          consumers.push_back(sorted.size() - 1);
      }
    }
    stages() = std::move(sorted);
    draft_.sound = std::move(sound);
  }

 private:
  std::vector<CheckedStage>& stages() { return draft_.checked.stages; }
  CheckedStage& at(std::size_t i) { return draft_.checked.stages[i]; }

  // Of a stage whose ports are not known, the references are looked at all the same.
  void resolve(std::size_t i, const std::string& name, const config::Input& input) {
    const config::Stage& config = *at(i).config;
    const auto& inputs = at(i).declaration.inputs();
    InputPort* port = port_of(inputs, name);
    if (!port && draft_.declared[i]) {
      draft_.sound[i] = false;
      draft_.complain(input.name_at, config,
                      fmt::format("{} has no input '{}'{}", config.use, name,
                                  suggestion(name, names_of(inputs))));
    }
    if (port && !is_as_declared(*port, input, config)) {
      draft_.sound[i] = false;
      port = nullptr;
    }
    const config::Position* wrong = nullptr;
    for (std::size_t item = 0; item < input.references.size(); ++item) {
      const config::Reference& reference = input.references[item];
      if (wrong && is_same_place(*wrong, reference.at)) continue;
      if (!resolve(i, name, item, reference, port)) wrong = &reference.at;
    }
  }

  // False, and a complaint, for a list where one artifact is wanted, and the other way round.
  bool is_as_declared(const InputPort& port, const config::Input& input,
                      const config::Stage& config) {
    for (const config::Reference& reference : input.references)
      if (reference.stage.empty()) return true;  // which has been told
    const std::string& name = port.info().name;
    if (input.is_list && !port.takes_list())
      draft_.complain(input.at, config,
                      fmt::format("input '{}' takes one artifact, {}, got a list of {}; name one "
                                  "stage.port, or put a stage in between that takes a list",
                                  name, port.expectation(), input.references.size()));
    else if (!input.is_list && port.takes_list() && !port.info().or_one)
      draft_.complain(
          input.at, config,
          fmt::format("input '{}' takes a list, got '{}' alone; write it as [{}], or "
                      "all stages of a foreach as stage@*.port",
                      name, written(input.references[0]), written(input.references[0])));
    else if (input.references.empty())
      draft_.complain(input.at, config,
                      fmt::format("input '{}' takes a list of at least one, got an empty one{}",
                                  name, port.info().optional ? "; leave it out to give none" : ""));
    else return true;
    return false;
  }

  static std::string written(const config::Reference& reference) {
    return reference.stage + (reference.port.empty() ? "" : "." + reference.port);
  }

  // False where the reference leads to no port.
  bool resolve(std::size_t i, const std::string& input, std::size_t item,
               const config::Reference& reference, InputPort* port) {
    const config::Stage& config = *at(i).config;
    const auto producer = index_.find(reference.stage);
    if (producer == index_.end()) {
      draft_.sound[i] = false;
      if (!reference.stage.empty() && !draft_.checked.config.misses_stages)
        draft_.complain(reference.at, config,
                        fmt::format("input '{}': there is no stage '{}'{}", input, reference.stage,
                                    suggestion(reference.stage, names())));
      return false;
    }
    std::string output;
    if (draft_.declared[producer->second])
      output = find_output(at(producer->second), reference, config, input);
    if (output.empty()) draft_.sound[i] = false;
    if (port && port->takes_list()) {
      auto* list = static_cast<ListPort*>(port);
      const bool alone = !config.inputs.at(input).is_list;
      port = alone ? &list->add_alone() : &list->add_item(at(producer->second).config->foreach);
    }
    if (port) at(i).inputs.push_back({port, producer->second, output, input, item});
    return !output.empty();
  }

  void require_inputs(std::size_t i) {
    const config::Stage& config = *at(i).config;
    for (const InputPort* input : at(i).declaration.inputs()) {
      if (input->info().optional || config.inputs.count(input->info().name)) continue;
      draft_.sound[i] = false;
      if (!config.incomplete)
        draft_.complain(config.use_at, config,
                        fmt::format("{} needs the input '{}': {}", config.use, input->info().name,
                                    input->info().help));
    }
  }

  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& [name, index] : index_) names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
  }

  // The output's name, or "" and a complaint.
  std::string find_output(const CheckedStage& producer, const config::Reference& reference,
                          const config::Stage& consumer, const std::string& input) {
    const auto& outputs = producer.declaration.outputs();
    if (outputs.empty()) {
      draft_.complain(reference.at, consumer,
                      fmt::format("input '{}': stage '{}' ({}) has no outputs", input,
                                  reference.stage, producer.config->use));
      return "";
    }
    if (reference.port.empty()) {
      if (outputs.size() == 1) return outputs[0]->info().name;
      draft_.complain(
          reference.at, consumer,
          fmt::format("input '{}': stage '{}' has several outputs; write one of {}.{}", input,
                      reference.stage, reference.stage,
                      fmt::join(names_of(outputs), fmt::format(", {}.", reference.stage))));
      return "";
    }
    if (port_of(outputs, reference.port)) return reference.port;
    draft_.complain(reference.at, consumer,
                    fmt::format("input '{}': stage '{}' ({}) has no output '{}'{}", input,
                                reference.stage, producer.config->use, reference.port,
                                suggestion(reference.port, names_of(outputs))));
    return "";
  }

  Edges successors() {
    Edges edges(stages().size());
    for (std::size_t i = 0; i < edges.size(); ++i)
      for (const CheckedStage::Wire& wire : at(i).inputs) edges[wire.producer].push_back(i);
    return edges;
  }

  // One circle of each group of stages that hang together is told, and then all are cut.
  void cut_cycles() {
    auto found = cycles(successors());
    for (const std::vector<std::size_t>& cycle : found) complain_of(cycle);
    for (; !found.empty(); found = cycles(successors()))
      for (const std::vector<std::size_t>& cycle : found)
        for (const std::size_t i : cycle) {
          at(i).inputs.clear();
          draft_.sound[i] = false;
        }
  }

  void complain_of(const std::vector<std::size_t>& cycle) {
    std::vector<std::string> names;
    for (const std::size_t stage : cycle) names.push_back(at(stage).name());
    names.push_back(names.front());
    const CheckedStage& first = at(cycle.front());
    for (const CheckedStage::Wire& wire : first.inputs)
      if (wire.producer == cycle.back())
        return draft_.complain(reference_of(first, wire).at, *first.config,
                               fmt::format("its input '{}' depends on itself: {}; cut one of these",
                                           wire.input, fmt::join(names, " -> ")));
  }

  Draft& draft_;
  std::unordered_map<std::string, std::size_t> index_;
};

}  // namespace

void Draft::complain(const config::Position& position, const config::Stage& stage,
                     std::string_view text) {
  problems.push_back({position, fmt::format("stage '{}': {}", stage.name, text)});
}

void wire(Draft& draft) {
  Wiring wiring(draft);
  wiring.resolve_references();
  wiring.order_stages();
}

}  // namespace pipeline::plan
