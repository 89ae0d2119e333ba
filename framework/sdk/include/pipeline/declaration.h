#pragma once
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "pipeline/param_types.h"
#include "pipeline/ports.h"

namespace pipeline {

/// A declared parameter. The check of a pipeline file, `describe`, the JSON schema and the key are
/// all made from it.
class ParamBase {
 public:
  struct Info {
    std::string name, help, unit;
    bool required = false;
    std::optional<double> min, max;                   ///< of numbers, also in lists
    bool min_open = false, max_open = false;          ///< the bound itself is not allowed
    std::vector<std::string> choices;                 ///< of strings, also in lists
    std::optional<std::size_t> min_items, max_items;  ///< of lists
  };
  virtual ~ParamBase() = default;
  const Info& info() const { return info_; }
  /// Sets the member and checks the constraints.
  void assign(const Value& value, const Assign& at);
  virtual Value value(const PathRendering& paths) const = 0;
  /// The JSON Schema of the value, with constraints; {"component": kind} stands for a component.
  Value schema() const;

 protected:
  virtual void set(const Value& value, const Assign& at) = 0;
  virtual Value type_schema() const = 0;
  Info info_;

 private:
  using Places = std::set<std::vector<std::string>>;
  void check(const Value& value, const Assign& at, const Places& wrong) const;
};

/// A parameter bound to a member of type T; the calls chain: `d.param("rate", rate_, "share of
/// values set to zero").range(0, 1)`.
template <class T>
class Param : public ParamBase {
 public:
  Param(std::string name, T& member, std::string help) : member_(&member) {
    info_.name = std::move(name);
    info_.help = std::move(help);
  }
  Param& range(double min, double max) { return at_least(min).at_most(max); }
  Param& at_least(double min) { return info_.min = min, *this; }
  Param& at_most(double max) { return info_.max = max, *this; }
  Param& above(double min) { return info_.min = min, info_.min_open = true, *this; }
  Param& below(double max) { return info_.max = max, info_.max_open = true, *this; }
  Param& choices(std::vector<std::string> names) { return info_.choices = std::move(names), *this; }
  Param& items(std::size_t min, std::size_t max = SIZE_MAX) {
    return info_.min_items = min, info_.max_items = max, *this;
  }
  Param& unit(std::string unit) { return info_.unit = std::move(unit), *this; }
  /// There is no default: the user has to say.
  Param& required() { return info_.required = true, *this; }

  Value value(const PathRendering& paths) const override {
    return ParamType<T>::value(*member_, paths);
  }

 protected:
  void set(const Value& value, const Assign& at) override {
    ParamType<T>::assign(*member_, value, at);
  }
  Value type_schema() const override { return ParamType<T>::schema(); }

 private:
  T* member_;
};

/// What a component says of itself: what it is, its parameters, and a stage's ports.
class Declaration {
 public:
  /// One sentence on what the component does, and its source where there is one.
  Declaration& summary(std::string text) { return summary_ = std::move(text), *this; }

  template <class T>
  Param<T>& param(std::string name, T& member, std::string help) {
    auto made = std::make_unique<Param<T>>(std::move(name), member, std::move(help));
    Param<T>& param = *made;
    params_.push_back(std::move(made));
    return param;
  }

  /// Calls on a port's declaration chain: `d.input("x", x_, "samples").rank(2)`.
  class PortOptions {
   public:
    explicit PortOptions(Port& port) : port_(port) {}
    PortOptions& optional() { return port_.info().optional = true, *this; }
    PortOptions& rank(int rank) { return this->rank(rank, rank); }
    PortOptions& rank(int min, int max) {
      return port_.info().min_rank = min, port_.info().max_rank = max, *this;
    }

   private:
    Port& port_;
  };
  PortOptions input(std::string name, InputPort& port, std::string help);
  PortOptions output(std::string name, OutputPort& port, std::string help);

  const std::string& summary() const { return summary_; }
  const std::vector<std::unique_ptr<ParamBase>>& params() const { return params_; }
  const std::vector<InputPort*>& inputs() const { return inputs_; }
  const std::vector<OutputPort*>& outputs() const { return outputs_; }
  std::vector<std::string> param_names() const;

 private:
  std::string summary_;
  std::vector<std::unique_ptr<ParamBase>> params_;
  std::vector<InputPort*> inputs_;
  std::vector<OutputPort*> outputs_;
};

}  // namespace pipeline
