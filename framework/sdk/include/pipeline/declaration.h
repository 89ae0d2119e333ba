#pragma once
#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "pipeline/dependencies.h"
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
    bool as_float = false;                            ///< numbers are used in single precision
    std::vector<std::string> choices;                 ///< of strings, also in lists
    std::optional<std::size_t> min_items, max_items;  ///< of lists
    bool name_counts = false;                         ///< of paths, also in lists
    bool extendable = false;                          ///< see Param::extendable()
  };
  virtual ~ParamBase() = default;
  const Info& info() const { return info_; }
  /// Sets the member and checks the constraints.
  void assign(const Value& value, const Assign& at);
  virtual Value value(const PathRendering& paths) const = 0;
  /// The JSON Schema of the value, with constraints; {"component": kind} stands for a component.
  /// To be asked while the member has its default.
  Value schema() const;

 protected:
  virtual bool is_null() const = 0;
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
    info_.as_float = std::is_same_v<T, float>;
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
  /// Of a double that is computed with as a float: a number that is 0 there, or not within the
  /// bounds (0.99999999 is 1), is an error. A member that is a float need not say it.
  Param& as_float() { return info_.as_float = true, *this; }
  Param& unit(std::string unit) { return info_.unit = std::move(unit), *this; }
  /// Of a path: the component looks at the file's name, so that it goes into the key. Without, the
  /// content and the name's extension do.
  Param& name_counts() { return info_.name_counts = true, *this; }
  /// Of a stage, a count of 1 or more of what it does one after the other, such as epochs: a result
  /// for 50 is extended to one for 80, with the bits of 80 at once, all else being equal. For that
  /// nothing that the stage does before its end may depend on the count, and the checkpoint that it
  /// saves at its end has to hold all that going on takes; see Context::save_checkpoint(). At most
  /// one parameter of a stage is extendable, and none of another component.
  Param& extendable() requires(std::is_integral_v<T> && !std::is_same_v<T, bool>) {
    info_.extendable = true;
    return at_least(std::max(info_.min.value_or(1), 1.0));
  }
  /// There is no default: the user has to say.
  Param& required() { return info_.required = true, *this; }

  Value value(const PathRendering& paths) const override {
    return ParamType<T>::value(*member_, info_.name_counts ? with_name(paths) : paths);
  }

 protected:
  // Before anything has been set the member is the default, which may always be written out.
  bool is_null() const override { return !info_.required && value(path_name).is_null(); }
  void set(const Value& value, const Assign& at) override {
    ParamType<T>::assign(*member_, value, at);
  }
  Value type_schema() const override { return ParamType<T>::schema(); }

 private:
  T* member_;
};

/// What a component says of itself: what it is, its parameters, a stage's ports, and what else its
/// result depends on. All that a result depends on has to be said, since it is taken from the cache
/// as long as nothing of that changes:
///
/// - parameters, inputs and the code of every component made through a ComponentFactory are seen;
/// - environment variables, files beside those that parameters name, and libraries that are loaded
///   at run time are seen where they are declared here;
/// - time, random devices, the network, other programs' work, the number of threads and system
///   libraries are not: a result may not depend on them, or says so by cached().
///
/// Of libm, exp, log, pow and the like give other last bits on another processor; those of
/// pipeline/math.h do not.
class Declaration {
 public:
  /// One sentence on what the component does, and its source where there is one.
  Declaration& summary(std::string text) { return summary_ = std::move(text), *this; }

  template <class T>
  Param<T>& param(std::string name, T& member, std::string help) {
    auto made = std::make_unique<Param<T>>(std::move(name), member, std::move(help));
    Param<T>& param = *made;
    add(std::move(made));
    return param;
  }

  /// An environment variable that the component reads. Its value, none where it is not set, goes to
  /// `member` and into the key (and into the cache: a secret has no place there).
  Declaration& environment(const std::string& name, std::optional<std::string>& member,
                           std::string help);
  /// A file that the component reads and no parameter names, such as one beside a parameter's:
  /// `d.file(path_.file.string() + ".json", "the labels beside the data")`. Its content, or that it
  /// is not there, goes into the key; its name does not. Which files there are may depend on
  /// parameters, and on members that preflight() sets. A relative path is an Error once the
  /// parameters are set: whoever loads a plugin may be anywhere.
  Declaration& file(const std::filesystem::path& path, std::string what);
  /// As file(), of the names and contents of the files in a folder, not of those deeper down.
  Declaration& folder(const std::filesystem::path& path, std::string what);
  /// As file(), of a shared library that the component loads while it runs.
  Declaration& library(const std::filesystem::path& path, std::string what);
  /// A program that run() starts, looked for in PATH: `d.program("gnuplot", "draws the figures",
  /// "apt-get install gnuplot-nox")`. It is asked for before anything runs, and only where the
  /// stage has to be computed, or may have to be: a result from the cache takes none. No key sees
  /// it.
  Declaration& program(const std::string& name, std::string help, std::string install);
  /// Other than always, and why, in words that `plan` tells: `d.cached(Caching::never, "it asks a
  /// server")`. Of several the strictest holds.
  Declaration& cached(Caching caching, std::string why);

  /// Calls on a port's declaration chain: `d.input("x", x_, "samples").rank(2)`.
  class PortOptions {
   public:
    explicit PortOptions(Port& port) : port_(port) {}
    PortOptions& optional() { return port_.info().optional = true, *this; }
    /// Of an InputList: one artifact may stand alone, `in: {x: a}` as `in: {x: [a]}`.
    PortOptions& or_one() { return port_.info().or_one = true, *this; }
    PortOptions& rank(int rank) { return this->rank(rank, rank); }
    PortOptions& rank(int min, int max) {
      return port_.info().min_rank = min, port_.info().max_rank = max, *this;
    }

   private:
    Port& port_;
  };
  /// Error if the name is taken.
  PortOptions input(std::string name, InputPort& port, std::string help);
  PortOptions output(std::string name, OutputPort& port, std::string help);
  /// Which inputs there are depends on parameters, as where each name in a list is one: what they
  /// are, for those who describe the component before any is set.
  Declaration& further_inputs(std::string help) { return further_inputs_ = std::move(help), *this; }

  const std::string& summary() const { return summary_; }
  const std::vector<std::unique_ptr<ParamBase>>& params() const { return params_; }
  const std::vector<InputPort*>& inputs() const { return inputs_; }
  const std::vector<OutputPort*>& outputs() const { return outputs_; }
  const std::string& further_inputs() const { return further_inputs_; }  ///< "" where none
  const Dependencies& dependencies() const { return dependencies_; }
  std::vector<std::string> param_names() const;
  /// The parameter that is extendable, or null. Error if several are.
  const ParamBase* extendable() const;

 private:
  /// Error if the name is taken.
  void add(std::unique_ptr<ParamBase> param);
  Declaration& depend(const std::filesystem::path& path, Dependencies::FileKind kind,
                      std::string what);

  std::string summary_, further_inputs_;
  std::vector<std::unique_ptr<ParamBase>> params_;
  std::vector<InputPort*> inputs_;
  std::vector<OutputPort*> outputs_;
  Dependencies dependencies_;
};

}  // namespace pipeline
