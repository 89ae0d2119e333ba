#include "pipeline/plugin.h"
#include "reconstruction.h"

namespace models {
using namespace pipeline;

/// A variational auto-encoder (Kingma and Welling, 2014). Behind the encoder's layers two dense
/// ones give mean m and logarithm s of the width of a Gaussian in the latent space; the decoder
/// sees z = m + exp(s)·e with e from a normal distribution of standard deviation `sigma`. The loss
/// of a sample is
///   reconstruction loss + beta · divergence of the Gaussian from a standard normal one,
/// whose form `kl` chooses: see layer kl_divergence. Encoding gives m.
///   shapes: any sample -> encoder -> {f} -> m, s, z {latent} -> decoder -> the sample's shape
class Vae : public nn::Model {
 public:
  void declare(Declaration& d) override {
    d.summary("Variational auto-encoder (Kingma and Welling, 2014)");
    d.param("latent", latent_, "values of a code").at_least(1);
    d.param("sigma", sigma_, "standard deviation of the noise before it is scaled").at_least(0);
    d.param("encoder", encoder_, "layers in front of the code's mean and logarithm of width");
    d.param("decoder", decoder_, "layers from a code to the sample").required().items(1);
    d.param("kl", kl_,
            "the divergence's form: lecture (a mean, the width's logarithm taken for the "
            "variance's) or standard")
        .choices({"lecture", "standard"});
    d.param("beta", beta_, "weight of the divergence (Higgins et al., 2017)").at_least(0);
    d.param("nested", nested_,
            "in summaries the encoder ends in mean, width and draw, and the whole is a chain of "
            "encoder and decoder; else it ends in the mean, and the whole is shown layer by layer");
    reconstruction_.declare(d);
  }

  nn::Network build(const std::vector<Shape>& inputs, ComponentFactory& components) const override;

 private:
  std::int64_t latent_ = 2;
  double sigma_ = 1.0;
  std::vector<std::unique_ptr<nn::Layer>> encoder_, decoder_;
  std::string kl_ = "lecture";
  double beta_ = 1;
  bool nested_ = true;
  Reconstruction reconstruction_;
};

nn::Network Vae::build(const std::vector<Shape>& inputs, ComponentFactory& components) const {
  nn::Network network;
  nn::Graph& graph = network.graph;
  const nn::NodeId sample = graph.add_input(nn::only_input(inputs));
  const nn::NodeId last = add_chain(graph, "encoder", encoder_, sample, components);
  if (graph.shape(last).size() != 1)
    throw Error("the encoder ends in shape " + to_string(graph.shape(last)) + " (layer '" +
                graph.name(last) +
                "'), and the code's mean and width need one axis: end the encoder in 'flatten'");
  graph.begin_part("encoder");
  const auto head = [&] {
    return graph.add(components.make<nn::Layer>("dense", {{"units", latent_}}), {last});
  };
  const nn::NodeId mean = head(), log_sigma = head();
  const nn::NodeId z = graph.add(
      components.make<nn::Layer>("gaussian_sampling", {{"stddev", sigma_}}), {mean, log_sigma});
  graph.begin_part("");
  const nn::NodeId output = add_chain(graph, "decoder", decoder_, z, components);
  const nn::NodeId divergence =
      graph.add(components.make<nn::Layer>("kl_divergence", {{"form", kl_}}), {mean, log_sigma});
  network.inputs = {sample};
  network.code = {mean, z};
  network.parts = {{"encoder", {sample}, {mean}}, {"decoder", {z}, {output}}};
  if (nested_) network.parts[0].outputs = {mean, log_sigma, z};
  network.nested = nested_;
  network.outputs.push_back(reconstruction_.output(network, output, components));
  network.terms = {{divergence, beta_}};
  return network;
}

}  // namespace models

PIPELINE_COMPONENT("vae", models::Vae);
