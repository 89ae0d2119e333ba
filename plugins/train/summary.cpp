#include "pipeline/nn/summary.h"
#include "pipeline/nn/trained_model.h"
#include "pipeline/plugin.h"

namespace {
using namespace pipeline;

/// Tables of a model's layers, shapes and numbers of parameters as Keras prints them: of each part
/// (encoder, decoder), then of the whole as a chain of its parts.
class Summary : public Stage {
 public:
  void declare(Declaration& d) override {
    d.summary("Tables of a model's layers, shapes and numbers of parameters, as Keras prints them");
    d.input("model", model_, "a trained model");
    d.output("summary", summary_, "the tables");
    d.output("json", json_, "the same as JSON: a list of {name, layers, parameters}");
  }
  void preflight(ComponentFactory& components) override {
    nn::build(model_.spec().info, components);
  }
  void run(Context& context) override {
    const nn::LoadedModel loaded = nn::load(*model_, context.components());
    std::string text;
    Value::List json;
    for (const nn::Summary& part : nn::summaries(loaded.network, loaded.model->id())) {
      text += (text.empty() ? "" : "\n") + part.name + "\n" + nn::table_of(part);
      json.push_back(nn::value_of(part));
    }
    summary_.set({text});
    json_.set({Value(json).to_json(2) + "\n", "json"});
  }

 private:
  Input<nn::TrainedModel> model_;
  Output<Text> summary_, json_;
};

}  // namespace

PIPELINE_COMPONENT("model.summary", Summary);
