#include <cmath>

#include "pipeline/nn/elementwise.h"
#include "pipeline/plugin.h"
#include "reconstruction.h"

namespace {
using namespace pipeline;

/// A variational auto-encoder (Kingma and Welling, 2014). Behind the encoder's layers two dense
/// ones give mean m and logarithm s of the width of a Gaussian in the latent space; the decoder
/// sees z = m + exp(s)·e with e from a normal distribution of standard deviation `sigma`. The loss
/// of a sample is
///   reconstruction loss - 1/2 · mean over the latent values of (1 + s - m² - exp(s)),
/// whose second part takes s for the logarithm of a variance though z takes it for that of a
/// standard deviation: so the course that the pipelines follow has it, and so has much code since
/// the first examples of Keras. Encoding gives m.
///   shapes: any sample -> encoder -> {f} -> m, s, z {latent} -> decoder -> the sample's shape
class Vae : public nn::Model {
 public:
  void declare(Declaration& d) override {
    d.summary("Variational auto-encoder (Kingma and Welling, 2014)");
    d.param("latent", latent_, "values of a code").at_least(1);
    d.param("sigma", sigma_, "standard deviation of the noise before it is scaled").at_least(0);
    d.param("encoder", encoder_, "layers in front of the code's mean and logarithm of width");
    d.param("decoder", decoder_, "layers from a code to the sample").required().items(1);
    loss_.declare(d);
  }

  nn::Network build(const Shape& sample, ComponentFactory& components) override {
    nn::Network network;
    nn::Graph& graph = network.graph;
    network.input = graph.add_input(sample);
    const nn::NodeId last = add_chain(graph, "encoder", encoder_, network.input, components);
    add_code(graph, last, components);
    network.code = mean_;
    network.code_input = z_;
    network.output = add_chain(graph, "decoder", decoder_, z_, components);
    network.parts = {{"encoder", {network.input}, {mean_, log_sigma_, z_}},
                     {"decoder", {z_}, {network.output}}};
    loss_.prepare(graph, network.output, sample, components);
    return network;
  }

  std::vector<nn::NodeId> loss_nodes(const nn::Network& network) const override {
    return {network.output, mean_, log_sigma_};
  }
  std::vector<double> loss(const nn::LossPoint& at) const override;
  std::vector<nn::Executor::Seed> loss_gradient(const nn::LossPoint& at) const override;

 private:
  void add_code(nn::Graph& graph, nn::NodeId last, ComponentFactory& components);

  std::int64_t latent_ = 2;
  double sigma_ = 1.0;
  std::vector<std::unique_ptr<nn::Layer>> encoder_, decoder_;
  ReconstructionLoss loss_;
  nn::NodeId mean_ = 0, log_sigma_ = 0, z_ = 0;
};

void Vae::add_code(nn::Graph& graph, nn::NodeId last, ComponentFactory& components) {
  if (graph.shape(last).size() != 1)
    throw Error("the encoder ends in shape " + to_string(graph.shape(last)) + " (layer '" +
                graph.name(last) +
                "'), and the code's mean and width need one axis: end the encoder in 'flatten'");
  graph.begin_part("encoder");
  const auto head = [&](const char* name) {
    return graph.add(components.make<nn::Layer>("dense", {{"units", latent_}}), {last}, name);
  };
  mean_ = head("z_mean");
  log_sigma_ = head("z_log_sigma");
  z_ = graph.add(components.make<nn::Layer>("gaussian_sampling", {{"stddev", sigma_}}),
                 {mean_, log_sigma_}, "z");
  graph.begin_part("");
}

std::vector<double> Vae::loss(const nn::LossPoint& at) const {
  std::vector<double> losses =
      nn::values(loss_.loss(), at.executor.output(at.network.output), at.target, at.threads);
  const nn::Batch& mean = at.executor.output(mean_);
  const nn::Batch& log_sigma = at.executor.output(log_sigma_);
  nn::Batch width(log_sigma.sample(), nn::kLanes);
  for (int b = 0; b < mean.blocks(); ++b) {
    const nn::ConstBlock m = mean.block(b), s = log_sigma.block(b);
    const nn::Block e = width.block(0);
    nn::exp(s, e);
    for (int lane = 0; lane < mean.lanes(b); ++lane) {
      double sum = 0;
      for (int c = 0; c < m.channels; ++c) {
        const double value = m.at(c, 0, 0, lane);
        sum += 1 + double(s.at(c, 0, 0, lane)) - value * value - double(e.at(c, 0, 0, lane));
      }
      losses[std::size_t(b * nn::kLanes + lane)] += -0.5 * sum / double(latent_);
    }
  }
  return losses;
}

std::vector<nn::Executor::Seed> Vae::loss_gradient(const nn::LossPoint& at) const {
  const nn::Executor::Seed output = nn::seed_gradient(loss_.loss(), at.network.graph, at.executor,
                                                      at.network.output, at.target, at.threads);
  const nn::Batch& mean = at.executor.output(mean_);
  const nn::Batch& log_sigma = at.executor.output(log_sigma_);
  nn::Batch& dmean = at.executor.gradient(mean_);
  nn::Batch& dlog_sigma = at.executor.gradient(log_sigma_);
  const float share = 1.0f / (float(latent_) * float(mean.samples()));
  for (int b = 0; b < mean.blocks(); ++b) {
    const nn::Block dm = dmean.block(b), ds = dlog_sigma.block(b);
    nn::scale(mean.block(b), share, dm);
    nn::exp(log_sigma.block(b), ds);
    for (int c = 0; c < ds.channels; ++c)
      for (int lane = 0; lane < nn::kLanes; ++lane) {
        float& d = ds.at(c, 0, 0, lane);
        d = 0.5f * share * (d - 1.0f);
      }
    for (const nn::Block& gradient : {dm, ds}) nn::clear_unused_lanes(gradient, mean.lanes(b));
  }
  return {output, {mean_}, {log_sigma_}};
}

}  // namespace

PIPELINE_COMPONENT("vae", Vae);
