#pragma once
#include <cmath>
#include <concepts>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pipeline/component.h"
#include "pipeline/value.h"

// The types that a parameter can have. Each is one specialisation of ParamType<T>; a new type is a
// new specialisation, here or in the header of the library that brings it, and nothing else.

namespace pipeline {

/// A file that the component reads. Its content and its extension (".gz") go into the key; the rest
/// of its name does where the parameter says name_counts(). A relative path counts from the folder
/// of the file (or, on the command line, from the working directory) that wrote it; the member
/// holds it made absolute.
struct Path {
  std::filesystem::path file;
  friend bool operator==(const Path&, const Path&) = default;
};

/// One thing wrong with a component's parameters.
struct Issue {
  std::vector<std::string> path;  ///< from the outermost parameter inwards; list items by index
  std::string message;            ///< "parameter 'latent' must be at least 1, got 0"
  bool at_key = false;            ///< the name is what is wrong, not the value
};

/// Where a value that is being assigned stands, and where complaints about it go. Nothing throws:
/// all that is wrong is collected.
class Assign {
 public:
  /// The folder that the relative path at `path` (see Issue::path) counts from.
  using BaseDirectory = std::function<std::filesystem::path(const std::vector<std::string>& path)>;

  Assign(ComponentFactory& components, BaseDirectory base_directory, std::vector<Issue>& issues)
      : components_(&components), base_directory_(std::move(base_directory)), issues_(&issues) {}

  Assign inside(std::string step) const;
  /// "parameter 'kernel'", or "item 2 of 'encoder'".
  std::string subject() const;
  void error(std::string message, bool at_key = false) const;
  /// "parameter 'kernel' must be an integer, got the string 'a'"
  void mismatch(std::string_view expected, const Value& found) const;
  const std::vector<std::string>& path() const { return path_; }
  const std::vector<Issue>& issues() const { return *issues_; }
  ComponentFactory& components() const { return *components_; }
  std::filesystem::path base_directory() const;

 private:
  ComponentFactory* components_;
  BaseDirectory base_directory_;
  std::vector<Issue>* issues_;
  std::vector<std::string> path_;
};

/// How values of a path are written where parameters become a Value: as their name by default; a
/// key writes the content's digest instead.
using PathRendering = std::function<Value(const std::filesystem::path&)>;
Value path_name(const std::filesystem::path& path);
/// Adds the file's name where `paths` gives a map, as a key does.
PathRendering with_name(PathRendering paths);

/// Sets every declared parameter of `component` from the map `params`; unknown names, wrong types
/// and broken constraints become issues.
void assign_parameters(Component& component, const Value& params, const Assign& at);
Value parameters_of(Component& component, const PathRendering& paths);

/// A component of the kind from `name` or `{name: {parameters}}`, or null and an issue.
std::unique_ptr<Component> assign_component(std::string_view kind, const Value& value,
                                            const Assign& at);

/// The number with the shortest text that is read back as `x`: 0.1, where the float's exact value
/// is 0.100000001490116….
double shortest(float x);
inline double shortest(double x) { return x; }

/// How the C++ type T of a parameter is read and written. Specialise it to give a plugin's own type
/// a place in pipeline files:
///   static Value schema();                     what JSON Schema says of it
///   static void assign(T& member, const Value& value, const Assign& at);
///                                              reads it; mistakes go to `at`, nothing is thrown
///   static Value value(const T& member, const PathRendering& paths);
///                                              one form for equal members, since it is part of the
///                                              key; files go through `paths`, which makes digests
template <class T>
struct ParamType;

template <>
struct ParamType<bool> {
  static Value schema() { return Value::Map{{"type", "boolean"}}; }
  static void assign(bool& member, const Value& value, const Assign& at);
  static Value value(bool member, const PathRendering&) { return member; }
};

template <class T>
requires std::integral<T>
struct ParamType<T> {
  static Value schema() { return Value::Map{{"type", "integer"}}; }
  static void assign(T& member, const Value& value, const Assign& at) {
    if (!value.is_int()) return at.mismatch("an integer", value);
    if (!std::in_range<T>(value.as_int()))
      return at.error(at.subject() + " must be " +
                      (std::is_unsigned_v<T> ? "at least 0 and " : "") + "at most " +
                      std::to_string(std::numeric_limits<T>::max()) + ", got " +
                      std::to_string(value.as_int()));
    member = T(value.as_int());
  }
  static Value value(T member, const PathRendering&) { return std::int64_t(member); }
};

template <std::floating_point T>
struct ParamType<T> {
  static Value schema() { return Value::Map{{"type", "number"}}; }
  static void assign(T& member, const Value& value, const Assign& at) {
    if (!value.is_number()) return at.mismatch("a number", value);
    const double x = value.as_real();
    if (std::isfinite(x) && std::abs(x) > std::numeric_limits<T>::max())
      return at.mismatch("a number that single precision holds (at most 3.4e38)", value);
    member = T(x);
  }
  static Value value(T member, const PathRendering&) { return shortest(member); }
};

template <>
struct ParamType<std::string> {
  static Value schema() { return Value::Map{{"type", "string"}}; }
  static void assign(std::string& member, const Value& value, const Assign& at);
  static Value value(const std::string& member, const PathRendering&) { return member; }
};

template <>
struct ParamType<Path> {
  static Value schema() { return Value::Map{{"type", "string"}, {"format", "path"}}; }
  static void assign(Path& member, const Value& value, const Assign& at);
  static Value value(const Path& member, const PathRendering& paths) { return paths(member.file); }
};

template <class T>
struct ParamType<std::optional<T>> {
  static Value schema() {
    return Value::Map{{"anyOf", Value::List{ParamType<T>::schema(), Value::Map{{"type", "null"}}}}};
  }
  static void assign(std::optional<T>& member, const Value& value, const Assign& at) {
    if (value.is_null()) return member.reset();
    ParamType<T>::assign(member.emplace(), value, at);
  }
  static Value value(const std::optional<T>& member, const PathRendering& paths) {
    return member ? ParamType<T>::value(*member, paths) : Value();
  }
};

template <class T>
struct ParamType<std::vector<T>> {
  static Value schema() { return Value::Map{{"type", "array"}, {"items", ParamType<T>::schema()}}; }
  static void assign(std::vector<T>& member, const Value& value, const Assign& at) {
    if (!value.is_list()) return at.mismatch("a list", value);
    member.clear();
    member.reserve(value.as_list().size());
    for (std::size_t i = 0; i < value.as_list().size(); ++i) {
      T item{};
      ParamType<T>::assign(item, value.as_list()[i], at.inside(std::to_string(i)));
      member.push_back(std::move(item));
    }
  }
  static Value value(const std::vector<T>& member, const PathRendering& paths) {
    Value::List list;
    list.reserve(member.size());
    for (const T& item : member) list.push_back(ParamType<T>::value(item, paths));
    return list;
  }
};

/// A component of the kind K: `optimizer: {rmsprop: {learning_rate: 0.001}}`, or `optimizer: adam`.
template <class K>
requires std::derived_from<K, Component>
struct ParamType<std::unique_ptr<K>> {
  static Value schema() { return Value::Map{{"component", K::kKind}}; }
  static void assign(std::unique_ptr<K>& member, const Value& value, const Assign& at) {
    if (auto made = assign_component(K::kKind, value, at))
      member.reset(static_cast<K*>(made.release()));
  }
  static Value value(const std::unique_ptr<K>& member, const PathRendering& paths) {
    if (!member) return Value();
    return Value::Map{{member->id(), parameters_of(*member, paths)}};
  }
};

}  // namespace pipeline
