#pragma once
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "pipeline/artifact.h"

namespace pipeline {

/// The values that one stage of a `foreach` has, by the foreach's names and in its order; empty for
/// a stage without foreach. A value is as the stage's name shows it: a number, bool or null, or a
/// text, which is also what stands for a value that the foreach gives a name to.
using ForeachValues = std::vector<std::pair<std::string, Value>>;

/// A named input or output of a stage, and what is known of the artifact on it. What a stage does
/// with a port at the wrong time, or against what was promised, is an Error that names the port.
class Port {
 public:
  virtual ~Port() = default;
  /// Declared by the stage.
  struct Info {
    std::string name, help;
    bool optional = false;            ///< of an input
    bool or_one = false;              ///< of a list: one artifact alone is taken, too
    int min_rank = 0, max_rank = 64;  ///< of arrays
  };
  const Info& info() const { return info_; }
  Info& info() { return info_; }
  /// The artifact's type that the port takes or gives ("array"), and of an array the one element
  /// type, if only one will do.
  virtual std::string type() const = 0;
  virtual std::optional<DType> dtype() const { return std::nullopt; }
  /// "f32 array of rank 2", "list of tables": for messages and `describe`.
  virtual std::string expectation() const;

  /// Error for an input that is not connected.
  const Spec& spec() const { return require_known(), spec_; }
  void set_spec(Spec spec) { spec_ = std::move(spec); }
  /// Sizes of an array port, from preflight on. Error for an input that is not connected.
  const Shape& shape() const { return spec().shape; }

 protected:
  virtual void require_known() const {}
  /// Error: "input 'x' " or "output 'y' ", and what is wrong with it.
  [[noreturn]] void fail(std::string_view message) const;
  virtual const char* direction() const = 0;
  Spec spec_;

 private:
  Info info_;
};

/// What the host does with an input: tells its spec before preflight, gives the artifact before
/// run.
class InputPort : public Port {
 public:
  bool connected() const { return connected_; }
  /// Whether the input takes a list of artifacts: see InputList. Each is on a port of its own.
  virtual bool takes_list() const { return false; }
  /// Error, saying what was found and expected, if an artifact of this spec cannot be taken.
  void connect(const Spec& spec);
  /// Error if the artifact cannot be read as the port's type.
  virtual void load(const Artifact& artifact) = 0;
  virtual void unload() = 0;

 protected:
  void require_known() const override;
  const char* direction() const override { return "input"; }
  /// Error saying why there is no value: not connected, or not run() yet.
  [[noreturn]] void complain_no_value() const;
  [[noreturn]] void complain_unreadable(const Artifact& artifact, std::string_view why) const;
  void set_connected() { connected_ = true; }

 private:
  bool connected_ = false;
};

/// What the host does with an output: takes its promise after preflight, the artifact after run.
class OutputPort : public Port {
 public:
  /// What preflight() promised holds from now on. Error if it cannot be kept by any array, is not
  /// what was declared or promised before, or if a value was set already.
  void promise();
  /// Error if run() left the port unset.
  virtual Artifact take() = 0;
  /// For preflight: as the stage is wired and set, the port gives nothing; wiring it is an Error.
  void set_absent(bool absent = true) { absent_ = absent; }
  bool absent() const { return absent_; }

 protected:
  const char* direction() const override { return "output"; }
  virtual bool has_value() const = 0;
  virtual void check_promise() const {}
  /// Error where the port has a value, which a second would replace, or is absent.
  void require_settable() const;
  [[noreturn]] void complain_unset() const;
  const std::optional<Spec>& promised() const { return promised_; }

 private:
  bool absent_ = false;
  std::optional<Spec> promised_;
};

/// An input of the type T: an element type (float, std::uint8_t, …) for arrays of it, Array for
/// arrays of any element type, or a type with an ArtifactCodec (Table, Figure, Text, …). Its value
/// is there in run() alone; to read one that is not connected is an Error.
template <class T>
class Input : public InputPort {
 public:
  std::string type() const override { return ArtifactCodec<T>::type; }
  void load(const Artifact& artifact) override {
    try {
      value_ = ArtifactCodec<T>::decode(artifact);
    } catch (const std::exception& error) {
      complain_unreadable(artifact, error.what());
    }
  }
  void unload() override { value_.reset(); }
  const T& get() const {
    if (!value_) complain_no_value();
    return *value_;
  }
  const T* operator->() const { return &get(); }
  const T& operator*() const { return get(); }

 private:
  std::optional<T> value_;
};

template <>
class Input<Array> : public InputPort {
 public:
  std::string type() const override { return "array"; }
  void load(const Artifact& artifact) override;
  void unload() override { array_.reset(); }
  const Array& get() const;
  const Array* operator->() const { return &get(); }
  const Array& operator*() const { return get(); }
  /// The elements; Error if T is not the array's type.
  template <class T>
  std::span<const T> view() const {
    require_type(DTypeOf<T>::value);
    return get().template view<T>();
  }
  DType element_type() const { return spec().dtype; }  ///< from preflight on

 private:
  void require_type(DType wanted) const;
  std::optional<Array> array_;
};

template <class T>
requires std::is_arithmetic_v<T>
class Input<T> : public Input<Array> {
 public:
  std::optional<DType> dtype() const override { return DTypeOf<T>::value; }
  std::span<const T> view() const { return Input<Array>::view<T>(); }
};

/// What the host does with an input that takes a list: adds a port for each artifact, and treats
/// that as it does any other.
class ListPort : public InputPort {
 public:
  bool takes_list() const override { return true; }
  std::string expectation() const override;
  /// A port more, with the same expectations and the name "values.0", "values.1", …; the artifact
  /// on it comes of the stage with these values.
  InputPort& add_item(ForeachValues foreach);
  /// The only port, of an artifact that is given alone where that may be: it has the list's name,
  /// and no foreach values.
  InputPort& add_alone();
  bool is_alone() const { return alone_; }
  std::size_t size() const { return foreach_.size(); }
  /// The values of the stage that gives the i-th artifact. They are part of the key.
  const ForeachValues& foreach (std::size_t i) const { return foreach_.at(i); }
  void load(const Artifact& artifact) override;
  void unload() override {}

 protected:
  void require_known() const override;
  virtual InputPort& make_item() = 0;

 private:
  std::vector<ForeachValues> foreach_;
  bool alone_ = false;
};

/// An input that takes a list of artifacts of the type T, in the order in which they are given:
/// `in: {parts: [a.x, b.x]}`, or all stages of a foreach, `in: {parts: fit@*.x}`. It holds at least
/// one where it is connected. Ranks and optional() are declared as of an Input.
///
///   for (std::size_t i = 0; i < parts_.size(); ++i) use(parts_[i].view(), parts_.foreach(i));
template <class T>
class InputList : public ListPort {
 public:
  std::string type() const override { return Input<T>().type(); }
  std::optional<DType> dtype() const override { return Input<T>().dtype(); }
  /// The i-th, an input like any other.
  const Input<T>& operator[](std::size_t i) const { return *items_.at(i); }

 protected:
  InputPort& make_item() override { return *items_.emplace_back(std::make_unique<Input<T>>()); }

 private:
  std::vector<std::unique_ptr<Input<T>>> items_;  // which the host points to
};

/// An output of the type T; see Input. run() gives it its value, once: a second one is an Error,
/// as is a value given in preflight or to a port that is absent.
template <class T>
class Output : public OutputPort {
 public:
  Output() { spec_.type = ArtifactCodec<T>::type; }
  std::string type() const override { return ArtifactCodec<T>::type; }
  void set(T value) {
    require_settable();
    value_ = std::move(value);
  }
  /// What a consumer may check before the value exists; for preflight.
  void set_info(Value info) { spec_.info = std::move(info); }
  Artifact take() override {
    if (!value_) complain_unset();
    Artifact artifact = ArtifactCodec<T>::encode(std::move(*value_));
    value_.reset();
    artifact.type = ArtifactCodec<T>::type;
    return artifact;
  }

 protected:
  bool has_value() const override { return value_.has_value(); }

 private:
  std::optional<T> value_;
};

/// Promised as a scalar unless preflight sets another shape.
template <>
class Output<Array> : public OutputPort {
 public:
  Output() { spec_.type = "array"; }
  std::string type() const override { return "array"; }
  void set_shape(Shape shape);                                 ///< for preflight
  void set_element_type(DType dtype) { spec_.dtype = dtype; }  ///< for preflight
  /// Shape, and for an output of any type the element type, of another port. Error if that is an
  /// input which is not connected.
  void shape_like(const Port& other);
  /// Error if the array is not what was promised.
  void set(Array array);
  Artifact take() override;

 protected:
  bool has_value() const override { return array_.has_value(); }
  void check_promise() const override;
  /// The shape that preflight set; Error if it set none, or left a size open.
  const Shape& shape_to_allocate() const;

 private:
  void require_promised(const Array& array) const;
  std::string promise_text() const;
  std::optional<Array> array_;
  bool shape_set_ = false;
};

template <class T>
requires std::is_arithmetic_v<T>
class Output<T> : public Output<Array> {
 public:
  Output() { spec_.dtype = DTypeOf<T>::value; }
  std::optional<DType> dtype() const override { return DTypeOf<T>::value; }
  /// Zeros to write the result to, of the shape that preflight set. Error if it set none, or one
  /// with sizes that it could not know: then the shape has to be given.
  std::span<T> allocate() { return allocate(shape_to_allocate()); }
  std::span<T> allocate(Shape shape) {
    Array array = Array::zeros<T>(std::move(shape));
    const std::span<T> elements = array.template mutable_view<T>();
    set(std::move(array));
    return elements;
  }
  void set_scalar(T value) { set(Array::scalar(value)); }
};

}  // namespace pipeline
