#pragma once
#include <optional>
#include <string>
#include <type_traits>

#include "pipeline/artifact.h"

namespace pipeline {

/// A named input or output of a stage, and what is known of the artifact on it.
class Port {
 public:
  virtual ~Port() = default;
  /// Declared by the stage.
  struct Info {
    std::string name, help;
    bool optional = false;            ///< of an input
    int min_rank = 0, max_rank = 64;  ///< of arrays
  };
  const Info& info() const { return info_; }
  Info& info() { return info_; }
  /// The artifact's type that the port takes or gives ("array"), and of an array the one element
  /// type, if only one will do.
  virtual std::string type() const = 0;
  virtual std::optional<DType> dtype() const { return std::nullopt; }
  /// "f32 array of rank 2", "table": for messages and `describe`.
  std::string expectation() const;

  const Spec& spec() const { return spec_; }
  void set_spec(Spec spec) { spec_ = std::move(spec); }
  /// Sizes of an array port, from preflight on.
  const Shape& shape() const { return spec_.shape; }

 protected:
  Spec spec_;

 private:
  Info info_;
};

/// What the host does with an input: tells its spec before preflight, gives the artifact before
/// run.
class InputPort : public Port {
 public:
  bool connected() const { return connected_; }
  /// Error, saying what was found and expected, if an artifact of this spec cannot be taken.
  void connect(const Spec& spec);
  virtual void load(const Artifact& artifact) = 0;
  virtual void unload() = 0;

 private:
  bool connected_ = false;
};

/// What the host does with an output: reads its spec after preflight, takes the artifact after run.
class OutputPort : public Port {
 public:
  /// Error if run() left the port unset, or with another shape than preflight promised.
  virtual Artifact take() = 0;
  /// For preflight: as the stage is wired and set, the port gives nothing; wiring it is an Error.
  void set_absent(bool absent = true) { absent_ = absent; }
  bool absent() const { return absent_; }

 protected:
  void require_promised(const Array& array) const;
  [[noreturn]] void complain_unset() const;

 private:
  bool absent_ = false;
};

/// An input of the type T: an element type (float, std::uint8_t, …) for arrays of it, Array for
/// arrays of any element type, or a type with an ArtifactCodec (Table, Figure, Text, …).
template <class T>
class Input : public InputPort {
 public:
  std::string type() const override { return ArtifactCodec<T>::type; }
  void load(const Artifact& artifact) override { value_ = ArtifactCodec<T>::decode(artifact); }
  void unload() override { value_.reset(); }
  const T& get() const { return *value_; }
  const T* operator->() const { return &*value_; }
  const T& operator*() const { return *value_; }

 private:
  std::optional<T> value_;
};

template <>
class Input<Array> : public InputPort {
 public:
  std::string type() const override { return "array"; }
  void load(const Artifact& artifact) override;
  void unload() override { array_ = Array(); }
  const Array& get() const { return array_; }
  const Array* operator->() const { return &array_; }
  DType element_type() const { return spec_.dtype; }  ///< from preflight on

 private:
  Array array_;
};

template <class T>
requires std::is_arithmetic_v<T>
class Input<T> : public Input<Array> {
 public:
  std::optional<DType> dtype() const override { return DTypeOf<T>::value; }
  std::span<const T> view() const { return this->get().template view<T>(); }
};

/// An output of the type T; see Input.
template <class T>
class Output : public OutputPort {
 public:
  Output() { spec_.type = ArtifactCodec<T>::type; }
  std::string type() const override { return ArtifactCodec<T>::type; }
  void set(T value) { value_ = std::move(value); }
  /// What a consumer may check before the value exists; for preflight.
  void set_info(Value info) { spec_.info = std::move(info); }
  Artifact take() override {
    if (!value_) complain_unset();
    Artifact artifact = ArtifactCodec<T>::encode(std::move(*value_));
    value_.reset();
    artifact.type = ArtifactCodec<T>::type;
    return artifact;
  }

 private:
  std::optional<T> value_;
};

template <>
class Output<Array> : public OutputPort {
 public:
  Output() { spec_.type = "array"; }
  std::string type() const override { return "array"; }
  void set_shape(Shape shape) { spec_.shape = std::move(shape); }  ///< for preflight
  void set_element_type(DType dtype) { spec_.dtype = dtype; }      ///< for preflight
  /// Shape, and for an output of any type the element type, of another port.
  void shape_like(const Port& other);
  void set(Array array);
  Artifact take() override;

 protected:
  std::optional<Array> array_;
};

template <class T>
requires std::is_arithmetic_v<T>
class Output<T> : public Output<Array> {
 public:
  Output() { spec_.dtype = DTypeOf<T>::value; }
  std::optional<DType> dtype() const override { return DTypeOf<T>::value; }
  /// Zeros to write the result to, of the shape that preflight set.
  std::span<T> allocate() { return allocate(spec_.shape); }
  std::span<T> allocate(Shape shape) {
    array_ = Array::zeros<T>(std::move(shape));
    return array_->template mutable_view<T>();
  }
  void set_scalar(T value) { set(Array::scalar(value)); }
};

}  // namespace pipeline
