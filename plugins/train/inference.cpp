#include "inference.h"

#include <fmt/format.h>

#include <algorithm>

#include "pipeline/nn/executor.h"
#include "rows.h"

using namespace pipeline;

Shape sample_of(const Shape& rows) { return Shape(rows.begin() + 1, rows.end()); }

Shape rows_of(std::int64_t rows, const Shape& sample) {
  Shape shape{rows};
  shape.insert(shape.end(), sample.begin(), sample.end());
  return shape;
}

void require_samples(const Port& port, const Shape& sample, std::string_view taker) {
  const Shape found = sample_of(port.shape());
  if (compatible(found, sample)) return;
  const bool same_size = elements(found) == elements(sample);
  throw Error(fmt::format("input '{}' has samples of shape {}, and {} takes {}{}", port.info().name,
                          to_string(found), taker, to_string(sample),
                          same_size ? "; put a stage data.reshape in between" : ""));
}

const nn::Network::Code& code_of(const nn::Network& network) {
  if (network.code) return *network.code;
  throw Error(
      "the model has no code: expected one with an encoder and a decoder, such as "
      "autoencoder or vae");
}

void Inference::declare_ports(Declaration& d, const char* x, const char* x_help, const char* y,
                              const char* y_help) {
  d.input("model", model_, "a trained model");
  d.input(x, x_, x_help).or_one().rank(2, 64);
  d.output(y, y_, y_help);
}

void Inference::preflight(ComponentFactory& components) {
  const nn::Network network = nn::build(model_.spec().info, components).network;
  require_arrays(x_, x_, network, from(network), "input");
  for (std::size_t i = 0; i < x_.size(); ++i)
    require_samples(x_[i], network.graph.shape(from(network)[i]),
                    from(network) == network.inputs ? "the model" : "the model's decoder");
  y_.set_shape(rows_of(x_[0].shape()[0], network.graph.shape(to(network))));
}

void Inference::run(Context& context) {
  nn::LoadedModel loaded = nn::load(*model_, context.components());
  nn::Graph& graph = loaded.network.graph;
  const nn::NodeId last = to(loaded.network);
  const nn::Threads threads(context.threads());
  const std::int64_t rows = x_[0]->shape()[0];
  std::vector<std::span<const float>> x;
  for (std::size_t i = 0; i < x_.size(); ++i) x.push_back(x_[i].view());
  const std::vector<float> found =
      nn::predict(graph, from(loaded.network), last, x, threads, 128, [&](std::int64_t done) {
        context.progress(done, rows);
        context.check_cancelled();
      });
  std::copy(found.begin(), found.end(), y_.allocate(rows_of(rows, graph.shape(last))).begin());
}
