#pragma once
#include <string_view>
#include <vector>

#include "pipeline/nn/trained_model.h"
#include "pipeline/stage.h"

// What the stages share that run a trained model over rows of samples.

/// The shape of one sample of an array of samples: all axes but the first.
pipeline::Shape sample_of(const pipeline::Shape& rows);
/// The shape of `rows` samples.
pipeline::Shape rows_of(std::int64_t rows, const pipeline::Shape& sample);
/// Error, naming the port, if what is on it are not samples of the shape that `taker` ("the model")
/// takes.
void require_samples(const pipeline::Port& port, const pipeline::Shape& sample,
                     std::string_view taker);
/// Error for a network that has none: it neither encodes nor decodes.
const pipeline::nn::Network::Code& code_of(const pipeline::nn::Network& network);

/// A stage that takes rows from nodes of a trained model to another one. Progress goes batch by
/// batch.
class Inference : public pipeline::Stage {
 public:
  void preflight(pipeline::ComponentFactory& components) override;
  void run(pipeline::Context& context) override;

 protected:
  /// Names and meanings of the ports beside the model's.
  void declare_ports(pipeline::Declaration& d, const char* x, const char* x_help, const char* y,
                     const char* y_help);
  virtual std::vector<pipeline::nn::NodeId> from(const pipeline::nn::Network& network) const = 0;
  virtual pipeline::nn::NodeId to(const pipeline::nn::Network& network) const = 0;

 private:
  pipeline::Input<pipeline::nn::TrainedModel> model_;
  pipeline::InputList<float> x_;
  pipeline::Output<float> y_;
};
