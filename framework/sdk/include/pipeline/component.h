#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pipeline/value.h"

namespace pipeline {

class Assign;
class Declaration;

/// Anything that a plugin registers. A kind is an abstract class derived from Component with a
/// constant `kKind`, its name in messages and in the registry ("stage", "layer", "optimizer"); a
/// component implements one kind under an id ("train.fit", "conv2d").
class Component {
 public:
  virtual ~Component() = default;
  /// Binds every parameter (and a stage's ports) to members of this object, and nothing else: it is
  /// called whenever the parameters are set, described or written into a key. See Declaration for
  /// what has to be said there.
  virtual void declare(Declaration& d) = 0;
  /// The id under which the component was made; "" for one made without a factory.
  const std::string& id() const { return id_; }

 private:
  friend class ComponentFactory;
  std::string id_;
};

/// Makes components of every plugin that is loaded, by kind and id.
class ComponentFactory {
 public:
  virtual ~ComponentFactory() = default;
  /// A new component with its defaults. Error, with the nearest id, if there is none.
  std::unique_ptr<Component> make(std::string_view kind, std::string_view id);
  /// As above, with parameters set; Error with all that is wrong with them.
  std::unique_ptr<Component> make(std::string_view kind, std::string_view id, const Value& params);
  /// As above, of the kind K: `factory.make<Layer>("dense", {{"units", 10}})`.
  template <class K>
  std::unique_ptr<K> make(std::string_view id, const Value::Map& params = {}) {
    return std::unique_ptr<K>(static_cast<K*>(make(K::kKind, id, Value(params)).release()));
  }
  /// From the form that a pipeline file has: `name` or `{name: {parameters}}`.
  template <class K>
  std::unique_ptr<K> make_from(const Value& description) {
    return std::unique_ptr<K>(static_cast<K*>(make_from(K::kKind, description).release()));
  }
  std::unique_ptr<Component> make_from(std::string_view kind, const Value& description);
  /// Every id of a kind, sorted.
  virtual std::vector<std::string> ids(std::string_view kind) const = 0;

 protected:
  friend std::unique_ptr<Component> assign_component(std::string_view kind, const Value& value,
                                                     const Assign& at);
  /// As make(), for a caller who sets the parameters and calls finished() then.
  std::unique_ptr<Component> make_unset(std::string_view kind, std::string_view id);
  /// Told of every component once its parameters are set.
  virtual void finished(Component&) {}
  /// Null if there is no such component.
  virtual std::unique_ptr<Component> create(std::string_view kind, std::string_view id) = 0;
};

/// The parameters of a component as they are now, defaults filled in, by name.
Value parameters_of(Component& component);
/// `{id: {parameters}}`: what make_from() takes.
Value description_of(Component& component);

}  // namespace pipeline
