#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/plugin.h"

// What a plugin's own tests need: its components, and a way to run one stage without a pipeline.

namespace pipeline::testing {

/// The components linked into the test program itself, and those of the plugins (.so files) given.
class Components : public ComponentFactory {
 public:
  explicit Components(std::vector<std::filesystem::path> plugins = {});
  std::vector<std::string> ids(std::string_view kind) const override;

 protected:
  std::unique_ptr<Component> create(std::string_view kind, std::string_view id) override;

 private:
  void add(const ComponentEntry* list);
  std::map<std::pair<std::string, std::string>, const ComponentEntry*> entries_;
};

/// Every plugin that the build has made; for tests that need components of other plugins.
std::vector<std::filesystem::path> built_plugins();

/// One stage, run by hand:
///   StageRun run(components, "noise.masking", {{"rate", 0.5}});
///   run.input("x", Array::of<float>({1, 2}));
///   Array y = run.run().at("y").arrays.at("");
class StageRun {
 public:
  StageRun(ComponentFactory& components, std::string_view id, const Value::Map& params = {});
  StageRun& input(std::string_view port, Artifact artifact, Value info = {});
  StageRun& input(std::string_view port, Array array);
  /// One artifact more of an input that takes a list, from the stage of a foreach with the values.
  StageRun& item(std::string_view port, Artifact artifact, ForeachValues foreach = {});
  StageRun& item(std::string_view port, Array array, ForeachValues foreach = {});
  StageRun& threads(int threads) { return threads_ = threads, *this; }
  /// Cancels once the stage has reported `steps` steps of progress.
  StageRun& cancel_after(std::int64_t steps) { return cancel_after_ = steps, *this; }
  /// The specs of the outputs, by port.
  std::map<std::string, Spec> preflight();
  /// preflight(), then run(); the artifacts by port. Throws Cancelled if cancel_after() struck. A
  /// second call has a new stage, as in a pipeline, which finds the checkpoint that the first
  /// saved.
  std::map<std::string, Artifact> run();
  const std::vector<std::string>& log() const { return log_; }
  /// The last one saved. In a pipeline it is kept once the stage has finished where a parameter is
  /// extendable, and dropped otherwise.
  const std::optional<Artifact>& checkpoint() const { return checkpoint_; }
  /// The figures that were told beside the last step of progress.
  const std::vector<std::pair<std::string, double>>& figures() const { return figures_; }
  /// What would be looked at if the stage failed, by name.
  const std::map<std::string, Table>& left() const { return left_; }
  /// What load_checkpoint() gives, such as that of a shorter run, which this one is to extend.
  StageRun& checkpoint(std::optional<Artifact> state) {
    return checkpoint_ = std::move(state), *this;
  }

 private:
  class TestContext;
  struct Given {
    Artifact artifact;
    Spec spec;
  };
  struct GivenItem {
    std::string port;
    Given given;
    ForeachValues foreach;
    bool alone = false;
    InputPort* item = nullptr;
  };
  void make_stage();
  InputPort& port(std::string_view name);
  void connect(GivenItem& one);

  ComponentFactory& components_;
  std::string id_;
  Value::Map params_;
  std::unique_ptr<Stage> stage_;
  Declaration declaration_;
  std::map<std::string, Given> inputs_;
  std::vector<GivenItem> items_;
  bool ran_ = false;
  int threads_ = 1;
  std::int64_t cancel_after_ = -1;
  std::vector<std::string> log_;
  std::optional<Artifact> checkpoint_;
  std::vector<std::pair<std::string, double>> figures_;
  std::map<std::string, Table> left_;
};

/// Runs the stage, and gives the array on one of its outputs.
Array output(StageRun& run, const std::string& port);

/// The elements as a vector; Error if T is not the array's type.
template <class T>
std::vector<T> values(const Array& array) {
  const auto view = array.view<T>();
  return std::vector<T>(view.begin(), view.end());
}

/// The message of the Error that `f` throws, or "" if it throws none.
template <class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// The spec that an artifact fulfils.
Spec spec_of(const Artifact& artifact, Value info = {});

}  // namespace pipeline::testing
