#include <fmt/format.h>

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
  }
  void preflight(ComponentFactory& components) override {
    nn::build(model_.spec().info, components);
  }
  void run(Context& context) override {
    const nn::LoadedModel loaded = nn::load(*model_, context.components());
    const nn::ModelSummary found = nn::summaries(loaded.network);
    std::string text;
    for (const auto& [name, table] : found.parts) text += fmt::format("{}\n{}\n", name, table);
    summary_.set({text + loaded.model->id() + "\n" + found.whole});
  }

 private:
  Input<nn::TrainedModel> model_;
  Output<Text> summary_;
};

}  // namespace

PIPELINE_COMPONENT("model.summary", Summary);
