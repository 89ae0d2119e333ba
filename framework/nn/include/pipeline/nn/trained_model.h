#pragma once
#include <map>
#include <memory>
#include <string>

#include "pipeline/artifact.h"
#include "pipeline/nn/model.h"

namespace pipeline::nn {

/// A network with its weights, and all that it takes to build it again: the value on a port
/// "model". In HDF5 it is a group with the attributes `description` (JSON, `{"vae": {…}}`, as a
/// pipeline file would write it) and `input_shapes` (a list for each input), and a dataset of
/// 32-bit floats a weight: "weights/encoder/conv2d_1/kernel". A convolution's kernel is
/// [out][in][height][width], a dense layer's [out][in].
struct TrainedModel {
  Value description;                     ///< the model with all its parameters
  std::vector<Shape> inputs;             ///< of one sample of each input
  std::map<std::string, Array> weights;  ///< by path: "encoder/conv2d_1/kernel"
};

/// A model and its network, ready to run.
struct LoadedModel {
  std::unique_ptr<Model> model;
  Network network;
};

/// Copies the graph's weights. `model` is the one that built it.
TrainedModel capture(Model& model, Network& network);
/// Builds the network and sets its weights. Error if a component is missing, or if the weights are
/// not those that the description asks for.
LoadedModel load(const TrainedModel& trained, ComponentFactory& components);
/// Sets the graph's weights. Error naming each that is missing, is too many or has another shape.
void set_weights(Graph& graph, const std::map<std::string, Array>& weights);

/// Error as of set_weights() where the weights of `other` would not fit, made or not.
void require_same_weights(const Graph& graph, const Graph& other);

/// What a model's port tells before there are weights (Spec::info): description and input shapes.
Value model_info(Model& model, const std::vector<Shape>& inputs);
/// The network behind a port's info, its weights zero. Error if the info says nothing of a model.
LoadedModel build(const Value& info, ComponentFactory& components);

}  // namespace pipeline::nn

template <>
struct pipeline::ArtifactCodec<pipeline::nn::TrainedModel> {
  static constexpr const char* type = "model";
  static Artifact encode(nn::TrainedModel&& model);
  static nn::TrainedModel decode(const Artifact& artifact);
};
