#include "pipeline/testing.h"

#include <dlfcn.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <mutex>
#include <utility>

namespace pipeline::testing {

Components::Components(std::vector<std::filesystem::path> plugins) {
  for (const auto& path : plugins) {
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) throw Error(dlerror());
    auto* descriptor = static_cast<const PluginDescriptor*>(dlsym(library, "pipeline_plugin"));
    if (!descriptor) throw Error(path.string() + " is no plugin");
    add(*descriptor->components);
  }
  add(detail::component_list);
}

void Components::add(const ComponentEntry* list) {
  for (const ComponentEntry* entry = list; entry; entry = entry->next)
    entries_[{entry->kind, entry->id}] = entry;
}

std::vector<std::string> Components::ids(std::string_view kind) const {
  std::vector<std::string> ids;
  for (const auto& [name, entry] : entries_)
    if (name.first == kind) ids.push_back(name.second);
  return ids;
}

std::unique_ptr<Component> Components::create(std::string_view kind, std::string_view id) {
  const auto found = entries_.find({std::string(kind), std::string(id)});
  return found == entries_.end() ? nullptr : found->second->make();
}

std::vector<std::filesystem::path> built_plugins() {
  std::vector<std::filesystem::path> plugins;
  const char* folder = std::getenv("PIPELINE_PLUGIN_DIR");
  if (!folder) throw Error("PIPELINE_PLUGIN_DIR must name the folder of the built plugins");
  for (const auto& file : std::filesystem::directory_iterator(folder))
    if (file.path().extension() == ".so") plugins.push_back(file.path());
  std::sort(plugins.begin(), plugins.end());
  return plugins;
}

class StageRun::TestContext : public Context {
 public:
  explicit TestContext(StageRun& run) : run_(run) {}
  void progress(std::int64_t done, std::int64_t,
                std::vector<std::pair<std::string, double>> figures) override {
    const std::lock_guard guard(mutex_);
    run_.figures_ = std::move(figures);
    if (run_.cancel_after_ >= 0 && done >= run_.cancel_after_) cancelled_ = true;
  }
  void log(std::string_view line) override {
    const std::lock_guard guard(mutex_);
    run_.log_.emplace_back(line);
  }
  bool cancelled() const override { return cancelled_; }
  int threads() const override { return run_.threads_; }
  ComponentFactory& components() override { return run_.components_; }
  void save_checkpoint(const Artifact& state) override {
    const std::lock_guard guard(mutex_);
    run_.checkpoint_ = state;
  }
  std::optional<Artifact> load_checkpoint() override {
    const std::lock_guard guard(mutex_);
    return run_.checkpoint_;
  }
  void leave_if_failed(const std::string& name, Table table) override {
    const std::lock_guard guard(mutex_);
    run_.left_[name] = std::move(table);
  }

 private:
  StageRun& run_;
  std::mutex mutex_;  ///< of what the stage tells
  std::atomic<bool> cancelled_{false};
};

StageRun::StageRun(ComponentFactory& components, std::string_view id, const Value::Map& params)
    : components_(components), id_(id), params_(params) {
  make_stage();
}

void StageRun::make_stage() {
  stage_ = components_.make<Stage>(id_, params_);
  declaration_ = Declaration();
  stage_->declare(declaration_);
  for (const auto& [name, given] : inputs_) port(name).connect(given.spec);
  for (GivenItem& one : items_) connect(one);
}

InputPort& StageRun::port(std::string_view name) {
  for (InputPort* input : declaration_.inputs())
    if (input->info().name == name) return *input;
  throw Error("the stage has no input '" + std::string(name) + "'");
}

StageRun& StageRun::input(std::string_view name, Artifact artifact, Value info) {
  Spec spec = spec_of(artifact, std::move(info));
  if (port(name).takes_list()) {
    items_.push_back({std::string(name), {std::move(artifact), std::move(spec)}, {}, true});
    connect(items_.back());
    return *this;
  }
  port(name).connect(spec);
  inputs_[std::string(name)] = {std::move(artifact), std::move(spec)};
  return *this;
}

StageRun& StageRun::input(std::string_view name, Array array) {
  return input(name, Artifact{"array", {}, {{"", std::move(array)}}});
}

StageRun& StageRun::item(std::string_view name, Artifact artifact, ForeachValues foreach) {
  Spec spec = spec_of(artifact);
  items_.push_back({std::string(name), {std::move(artifact), std::move(spec)}, std::move(foreach)});
  connect(items_.back());
  return *this;
}

StageRun& StageRun::item(std::string_view name, Array array, ForeachValues foreach) {
  return item(name, Artifact{"array", {}, {{"", std::move(array)}}}, std::move(foreach));
}

void StageRun::connect(GivenItem& one) {
  InputPort& list = port(one.port);
  if (!list.takes_list()) throw Error("input '" + one.port + "' takes no list");
  if (one.alone && !list.info().or_one) throw Error("input '" + one.port + "' takes a list");
  auto& items = static_cast<ListPort&>(list);
  one.item = one.alone ? &items.add_alone() : &items.add_item(one.foreach);
  one.item->connect(one.given.spec);
}

std::map<std::string, Spec> StageRun::preflight() {
  for (InputPort* input : declaration_.inputs())
    if (!input->info().optional && !input->connected())
      throw Error("input '" + input->info().name + "' is not connected");
  stage_->preflight(components_);
  std::map<std::string, Spec> specs;
  for (OutputPort* output : declaration_.outputs()) {
    output->promise();
    if (!output->absent()) specs[output->info().name] = output->spec();
  }
  return specs;
}

std::map<std::string, Artifact> StageRun::run() {
  if (std::exchange(ran_, true)) make_stage();
  preflight();
  for (const auto& [name, given] : inputs_) port(name).load(given.artifact);
  for (const GivenItem& one : items_) one.item->load(one.given.artifact);
  TestContext context(*this);
  stage_->run(context);
  std::map<std::string, Artifact> outputs;
  for (OutputPort* output : declaration_.outputs())
    if (!output->absent()) outputs[output->info().name] = output->take();
  return outputs;
}

Array output(StageRun& run, const std::string& port) { return run.run().at(port).arrays.at(""); }

Spec spec_of(const Artifact& artifact, Value info) {
  Spec spec{artifact.type, DType::f32, {}, std::move(info)};
  if (artifact.type == "array") {
    spec.dtype = artifact.arrays.at("").dtype();
    spec.shape = artifact.arrays.at("").shape();
  }
  return spec;
}

}  // namespace pipeline::testing
