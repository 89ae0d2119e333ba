// Runs components one by one for what stands beside them in Python:
//
//   peer_components CASES NUMBERS RESULTS
//
// CASES is a JSON list; NUMBERS holds what the cases take, one case after the other, as 32-bit
// floats, and RESULTS gets what they give, as doubles:
//   {kind: layer, of, inputs: [shape…], samples, training, seed, epoch}
//     weights and states, inputs, in training the gradient by the output -> the output, in training
//     the gradients by the inputs and by the weights, the states
//   {kind: loss, of, shape, samples, gradient}   outputs, targets -> each sample's loss, and, if
//     gradient is true, the gradient of their mean by the outputs
//   {kind: metric, of, shape, target, samples}   outputs, targets, weights -> value
//   {kind: optimizer, of, values, steps}   weights, a gradient a step -> weights after each step
//   {kind: schedule, of, steps: […]}       -> the rate of each step
// `of` is the component as a pipeline file has it. Without arguments it prints the ids of each
// kind.
#include <fmt/format.h>

#include <exception>
#include <fstream>
#include <iterator>
#include <numeric>

#include "pipeline/error.h"
#include "pipeline/nn/executor.h"
#include "pipeline/nn/loss.h"
#include "pipeline/nn/metric.h"
#include "pipeline/nn/optimizer.h"
#include "pipeline/nn/schedule.h"
#include "pipeline/testing.h"

using namespace pipeline;

namespace {

Shape shape_of(const Value& list) {
  Shape shape;
  for (const Value& size : list.as_list()) shape.push_back(size.as_int());
  return shape;
}

class Numbers {
 public:
  explicit Numbers(const char* path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    values_.resize(std::size_t(file.tellg()) / sizeof(float));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(values_.data()),
              std::streamsize(values_.size() * sizeof(float)));
    if (!file) throw Error(fmt::format("cannot read '{}'", path));
  }
  std::span<const float> take(std::int64_t count) {
    if (std::size_t(count) > values_.size() - next_) throw Error("there are too few numbers");
    next_ += std::size_t(count);
    return std::span(values_).subspan(next_ - std::size_t(count), std::size_t(count));
  }
  bool empty() const { return next_ == values_.size(); }

 private:
  std::vector<float> values_;
  std::size_t next_ = 0;
};

struct Runner {
  testing::Components& components;
  Numbers& numbers;
  std::vector<double> results;

  template <class Values>
  void give(const Values& values) {
    results.insert(results.end(), values.begin(), values.end());
  }
  void give(const nn::Batch& batch) {
    std::vector<float> plain(std::size_t(batch.samples() * elements(batch.sample())));
    batch.scatter(plain);
    give(plain);
  }
  nn::Batch batch(const Shape& shape, int samples) {
    nn::Batch made(shape, samples);
    made.gather(numbers.take(samples * elements(shape)), 0, samples);
    return made;
  }

  void layer(const Value& c) {
    nn::Graph graph;
    std::vector<nn::NodeId> inputs;
    for (const Value& shape : c.at("inputs").as_list())
      inputs.push_back(graph.add_input(shape_of(shape)));
    const nn::NodeId output = graph.add(components.make_from<nn::Layer>(c.at("of")), inputs);
    for (const nn::WeightInfo& info : graph.weight_infos()) {
      const std::span<const float> given = numbers.take(std::int64_t(info.size));
      std::copy(given.begin(), given.end(), graph.values(info).begin());
    }
    const int samples = int(c.at("samples").as_int());
    std::vector<std::uint32_t> rows(std::size_t(samples), 0);
    std::iota(rows.begin(), rows.end(), 0u);
    nn::Pass pass{c.at("training").as_bool(), std::uint64_t(c.at("seed").as_int()),
                  std::uint32_t(c.at("epoch").as_int()), rows};
    nn::Executor run(graph, samples);
    for (const nn::NodeId input : inputs) {
      run.want_gradient(input);
      run.input(input).gather(numbers.take(samples * elements(graph.shape(input))), 0, samples);
    }
    run.forward(pass, inputs, {output});
    give(std::as_const(run.output(output)));
    if (!pass.training) return;
    run.gradient(output).gather(numbers.take(samples * elements(graph.shape(output))), 0, samples);
    run.backward(pass, {{output}});
    for (const nn::NodeId input : inputs) give(std::as_const(run.gradient(input)));
    for (const nn::WeightInfo& info : graph.trainable_infos())
      give(run.weight_gradients().subspan(info.offset, info.size));
    for (const nn::WeightInfo& info : graph.weight_infos())
      if (!info.trainable) give(graph.values(info));
  }

  void loss(const Value& c) {
    const auto loss = components.make_from<nn::Loss>(c.at("of"));
    const Shape shape = shape_of(c.at("shape"));
    const int samples = int(c.at("samples").as_int());
    const nn::Batch y = batch(shape, samples), target = batch(loss->target_shape(shape), samples);
    nn::Batch dy(shape, samples);
    dy.set_samples(samples);
    for (int b = 0; b < y.blocks(); ++b) {
      const auto values = loss->value(y.block(b), target.block(b));
      give(std::span(values).first(std::size_t(y.lanes(b))));
      loss->gradient(y.block(b), target.block(b), 1 / float(samples), dy.block(b));
    }
    if (c.at("gradient").as_bool()) give(std::as_const(dy));
  }

  void metric(const Value& c) {
    const auto metric = components.make_from<nn::Metric>(c.at("of"));
    const Shape shape = shape_of(c.at("shape")), of_target = shape_of(c.at("target"));
    const int samples = int(c.at("samples").as_int());
    const nn::Batch y = batch(shape, samples), target = batch(of_target, samples);
    const std::span<const float> weights = numbers.take(samples);
    std::vector<double> sums(metric->sums(shape, of_target));
    for (int b = 0; b < y.blocks(); ++b)
      metric->add(y.block(b), target.block(b), y.lanes(b),
                  weights.subspan(std::size_t(b * nn::kLanes), std::size_t(y.lanes(b))), sums);
    results.push_back(metric->value(sums));
  }

  void optimizer(const Value& c) {
    const auto optimizer = components.make_from<nn::Optimizer>(c.at("of"));
    optimizer->check();
    const std::int64_t count = c.at("values").as_int();
    const std::span<const float> start = numbers.take(count);
    std::vector<float> weights(start.begin(), start.end());
    nn::OptimizerState state(*optimizer, weights.size());
    for (std::int64_t step = 0; step < c.at("steps").as_int(); ++step) {
      nn::update(*optimizer, weights, numbers.take(count), state, nn::Threads(1));
      give(weights);
    }
  }

  void schedule(const Value& c) {
    const auto schedule = components.make_from<nn::Schedule>(c.at("of"));
    schedule->check();
    for (const Value& step : c.at("steps").as_list())
      results.push_back(schedule->at(step.as_int()));
  }

  void run(const Value& c) {
    const std::string kind = c.at("kind").as_string();
    if (kind == nn::Layer::kKind) layer(c);
    else if (kind == nn::Loss::kKind) loss(c);
    else if (kind == nn::Metric::kKind) metric(c);
    else if (kind == nn::Optimizer::kKind) optimizer(c);
    else if (kind == nn::Schedule::kKind) schedule(c);
    else throw Error(fmt::format("no kind '{}' is known here", kind));
  }

  void run_all(const Value& cases) {
    for (const Value& c : cases.as_list()) {
      try {
        run(c);
      } catch (const Error& error) {
        throw Error(fmt::format("{}: {}", c.to_json(), error.what()));
      }
    }
  }
};

void list_ids(const testing::Components& components) {
  Value::Map ids;
  for (const char* kind : {nn::Layer::kKind, nn::Loss::kKind, nn::Metric::kKind,
                           nn::Optimizer::kKind, nn::Schedule::kKind}) {
    Value::List list;
    for (const std::string& id : components.ids(kind)) list.emplace_back(id);
    ids[kind] = list;
  }
  fmt::print("{}\n", Value(ids).to_json());
}

void run_cases(testing::Components& components, char** paths) {
  std::ifstream file(paths[0], std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const Value cases = Value::parse_json(text);
  Numbers numbers(paths[1]);
  Runner runner{components, numbers, {}};
  runner.run_all(cases);
  if (!numbers.empty()) throw Error("there are more numbers than the cases take");
  std::ofstream out(paths[2], std::ios::binary);
  out.write(reinterpret_cast<const char*>(runner.results.data()),
            std::streamsize(runner.results.size() * sizeof(double)));
  if (!out.flush()) throw Error(fmt::format("cannot write '{}'", paths[2]));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    testing::Components components(testing::built_plugins());
    if (argc == 1) list_ids(components);
    else if (argc == 4) run_cases(components, argv + 1);
    else throw Error("usage: peer_components [CASES NUMBERS RESULTS]");
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
}
