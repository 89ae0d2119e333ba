#include <fmt/format.h>

#include "pipeline/nn/trained_model.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// One array of a trained model, such as a dense layer's kernel [out][in], to be drawn or looked
/// at.
///   model -> weights, of the array's shape
class Weights : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("One array of a trained model's weights, by its path");
    d.input("model", model_, "a trained model");
    d.output("weights", weights_, "the array, such as a dense layer's kernel [units, inputs]");
    d.param("path", path_, "as in the model's HDF5 group: encoder/dense_1/kernel").required();
  }
  void preflight(ComponentFactory& components) override {
    const nn::LoadedModel model = nn::build(model_.spec().info, components);
    std::vector<std::string> paths;
    for (const nn::WeightInfo& info : model.network.graph.weight_infos()) {
      if (info.path == path_) return weights_.set_shape(info.shape);
      paths.push_back(info.path);
    }
    throw Error(fmt::format("the model has no weights '{}'{}", path_, suggestion(path_, paths)));
  }
  void run(Context&) override {
    const auto values = model_->weights.at(path_).view<float>();
    std::copy(values.begin(), values.end(), weights_.allocate().begin());
  }

 private:
  std::string path_;
  Input<nn::TrainedModel> model_;
  Output<float> weights_;
};

}  // namespace

PIPELINE_COMPONENT("model.weights", Weights);
